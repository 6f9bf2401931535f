# All threads increment one variable.
let x = 0
fn step(n) {
	x = 0
	parallel(fn(i, k) {
		for round in 0..share(n, i, k) { atomic { x += 1 } }
		return 0
	})
	return x
}
