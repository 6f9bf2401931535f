# Exponents of Mersenne primes, by the test of Lucas and Lehmer, an atomic block
# for each exponent. A shared count is incremented for each that is found.
let found = 0

fn prime(n) {
	if n % 2 == 0 { return n == 2 }
	let d = 3
	while d * d <= n {
		if n % d == 0 { return false }
		d += 2
	}
	return true
}

fn mersenne(p) {
	if p == 2 { return true }
	let m = (1 << p) - 1
	let s = 4
	for i in 0..p - 2 {
		s = s * s - 2
		# modulo m without a division
		while s > m { s = (s & m) + (s >> p) }
		if s == m { s = 0 }
	}
	return s == 0
}

fn step(n) {
	found = 0
	parallel(fn(i, k) {
		let p = 2 + i
		while p <= n {
			atomic {
				if prime(p) and mersenne(p) { found += 1 }
			}
			p += k
		}
		return 0
	})
	return found
}
