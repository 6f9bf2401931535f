# How many ways there are to put n queens on a board. Threads take the places of
# the first two queens in turn.
fn place(n, row, columns, up, down) {
	if row == n { return 1 }
	let ways = 0
	let free = ((1 << n) - 1) & ~(columns | up | down)
	while free != 0 {
		let bit = free & -free
		free = free ^ bit
		ways += place(n, row + 1, columns | bit, (up | bit) << 1, (down | bit) >> 1)
	}
	return ways
}

fn step(n) {
	return parallel(fn(i, k) {
		let ways = 0
		let task = i
		while task < n * n {
			let a = 1 << task / n
			let b = 1 << task % n
			let up = a << 1
			let down = a >> 1
			if b & (a | up | down) == 0 {
				ways += place(n, 2, a | b, (up | b) << 1, (down | b) >> 1)
			}
			task += k
		}
		return ways
	})
}
