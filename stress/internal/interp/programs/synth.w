# After PyPy-STM's synth: each thread increments elements of its own, in units of a
# thousand. Of eight units so many also increment a shared variable, five times.
let shared = 0

fn step(n, of8) {
	shared = 0
	parallel(fn(i, k) {
		let mine = list(64, 0)
		for unit in n * i / k..n * (i + 1) / k {
			let conflicts = unit % 8 < of8
			for m in 0..1000 {
				if conflicts and m % 200 == 199 { atomic { shared += 1 } } else { mine[m & 63] += 1 }
			}
		}
		return 0
	})
	return shared
}
