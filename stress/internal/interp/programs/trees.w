# Binary trees are made, counted and dropped. Threads share nothing but the
# allocator.
class Tree {
	fn init(depth) {
		if depth > 0 {
			self.left = Tree(depth - 1)
			self.right = Tree(depth - 1)
		}
	}
	fn count() {
		if self.left == nil { return 1 }
		return 1 + self.left.count() + self.right.count()
	}
}

fn step(n) {
	return parallel(fn(i, k) {
		let sum = 0
		for t in 0..share(n, i, k) { sum += Tree(9).count() }
		return sum
	})
}
