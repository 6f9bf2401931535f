# All threads walk along one list of 1,000 objects, and write nothing.
class Link {
	fn init(value, next) { self.value = value; self.next = next }
}
let chain = nil
for i in 0..1000 { chain = Link(i, chain) }

fn step(n) {
	return parallel(fn(i, k) {
		let sum = 0
		for round in 0..share(n, i, k) {
			let l = chain
			while l != nil {
				sum += l.value
				l = l.next
			}
		}
		return sum
	})
}
