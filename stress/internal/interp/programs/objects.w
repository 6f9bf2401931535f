# All threads read the fields and call the methods of the same few objects.
class Shape {
	fn init(w, h) { self.w = w; self.h = h }
	fn area() { return self.w * self.h }
}
class Square : Shape {
	fn init(w) { super.init(w, w) }
	fn edge() { return self.w }
}
let shapes = [Shape(2, 3), Square(4), Shape(5, 6), Square(7)]
let names = {"a": 0, "b": 1, "c": 2, "d": 3}

fn step(n) {
	return parallel(fn(i, k) {
		let sum = 0
		let list = shapes
		let round = i
		while round < n {
			sum += list[round & 3].area()
			if round & 15 == 0 { sum += list[names["b"]].edge() }
			round += k
		}
		return sum
	})
}
