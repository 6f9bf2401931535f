# Each thread reads and writes an array of its own, in the common heap.
fn step(n) {
	return parallel(fn(i, k) {
		let a = list(512, 0)
		let at = 0
		for round in 0..share(n, i, k) {
			a[at] += 1
			at = (at + 7) & 511
		}
		let sum = 0
		for x in a { sum += x }
		return sum
	})
}
