# Each thread counts down in a register: what a thread costs that does nothing
# with others.
fn step(n) {
	return parallel(fn(i, k) {
		let left = share(n, i, k)
		while left > 0 { left -= 1 }
		return left
	})
}
