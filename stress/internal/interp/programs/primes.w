# How many primes there are below n, by the test of Miller and Rabin, an atomic
# block for each number. Threads take batches from a queue, and put their counts
# into another.
fn power(b, e, m) {
	let r = 1
	while e > 0 {
		if e & 1 == 1 { r = r * b % m }
		b = b * b % m
		e = e >> 1
	}
	return r
}

fn witness(a, n) {
	let d = n - 1
	let s = 0
	while d & 1 == 0 { d = d >> 1; s += 1 }
	let x = power(a, d, n)
	if x == 1 or x == n - 1 { return false }
	for i in 1..s {
		x = x * x % n
		if x == n - 1 { return false }
	}
	return true
}

fn prime(n) {
	if n < 2 { return false }
	for p in [2, 3, 5, 7] {
		if n == p { return true }
		if n % p == 0 { return false }
	}
	return not witness(2, n) and not witness(3, n) and not witness(5, n)
}

fn step(n) {
	let work = queue()
	let counts = queue()
	for b in 0..n / 500 { work.put(b * 500) }
	parallel(fn(i, k) {
		while true {
			let from = work.take(nil)
			if from == nil { return 0 }
			let count = 0
			for x in from..from + 500 { atomic { if prime(x) { count += 1 } } }
			counts.put(count)
		}
	})
	let sum = 0
	while true {
		let c = counts.take(nil)
		if c == nil { return sum }
		sum += c
	}
}
