# All threads increment random elements of one array of 65,536, and compute for a
# while in between.
let a = list(65536, 0)
let before = 0

fn step(n, compute) {
	parallel(fn(i, k) {
		let r = i * 7919 + 1
		let x = 0
		for round in 0..share(n, i, k) {
			r = (r * 1103515245 + 12345) & 2147483647
			atomic { a[r >> 15] += 1 }
			for c in 0..compute { x = (x + c) & 1023 }
		}
		return x
	})
	let sum = 0
	for x in a { sum += x }
	let added = sum - before
	before = sum
	return added
}
