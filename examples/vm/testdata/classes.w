# Classes. A class has the fields that its methods assign to through self.

class Shape {
	fn init(name) { self.name = name }
	fn area() { return 0 }
	fn describe() { return self.name + " of area " + str(self.area()) }
}

class Square : Shape {
	fn init(side) {
		super.init("square")
		self.side = side
	}
	fn area() { return self.side * self.side }
}

class Circle : Shape {
	fn init(r) {
		super.init("circle")
		self.r = r
	}
	fn area() { return self.r * self.r * 3 }
	fn describe() { return "round " + super.describe() }
}

for s in [Square(3), Circle(2), Shape("point")] { print(s.describe(), type(s), s) }

# Fields can be assigned to from outside, methods are values.
let q = Square(5)
q.side += 1
let area = q.area
q.side = 10
print(area(), q.name, Square)

# A field that holds a function is called like a method, without self.
class Button {
	fn init(f) { self.press = f; self.count = 0 }
	fn click() {
		self.count += 1
		return self.press(self.count)
	}
	fn later() { return fn() { return self.click() } }
}
let b = Button(fn(n) { return "pressed " + str(n) })
print(b.click(), b.press(7), b.later()())

class Empty { }
let e = Empty()
print(type(e), e == e, e == Empty())

# Classes are values, too.
fn build(class_, x) { return class_(x) }
print(build(Square, 2).area(), build(Circle, 1).describe())
