# An index of real source text: how often each word occurs, and in how many files.
# A file is an atomic block.
fn step(n) {
	let index = {}
	let files = queue()
	for f in 0..n { files.put(f) }
	parallel(fn(i, k) {
		while true {
			let f = files.take(nil)
			if f == nil { return 0 }
			let counts = {}
			for w in host.file(f).words() { counts[w] = counts.get(w, 0) + 1 }
			for w in counts {
				let found = index.get(w, nil)
				if found == nil {
					atomic {
						if not (w in index) { index[w] = [counter(), counter()] }
						found = index[w]
					}
				}
				found[0].add(counts[w])
				found[1].add(1)
			}
		}
	})
	let sum = 0
	for w in index { sum += index[w][0].get() * 7 + index[w][1].get() }
	return sum + len(index)
}
