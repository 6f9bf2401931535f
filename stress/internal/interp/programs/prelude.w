
# What follows is appended to each program.

# parallel calls f(i, k) in each of k threads, and adds up what they return.
fn parallel(f) {
	let k = threads()
	let ts = []
	for i in 0..k { ts.append(spawn f(i, k)) }
	let sum = 0
	for t in ts { sum += t.join() }
	return sum
}

# share is how much of n is thread i's, of k.
fn share(n, i, k) { return n * (i + 1) / k - n * i / k }

# A Random is a sequence of numbers that look random.
class Random {
	fn init(seed) { self.state = (seed * 7919 + 12345) & 2147483647 }
	fn below(n) {
		let s = (self.state * 1103515245 + 12345) & 2147483647
		self.state = s
		return (s >> 8) % n
	}
}
