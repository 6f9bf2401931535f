# All threads add to one counter, which is made for that.
fn step(n) {
	let c = counter()
	parallel(fn(i, k) {
		for round in 0..share(n, i, k) { c.add(1) }
		return 0
	})
	return c.get()
}
