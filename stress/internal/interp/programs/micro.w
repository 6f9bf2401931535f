# Atomic blocks with nothing in them, each of which is to be committed.
fn step(n) {
	return parallel(fn(i, k) {
		let done = 0
		for round in 0..share(n, i, k) {
			atomic { done += 1 }
			commit_soon()
		}
		return done
	})
}
