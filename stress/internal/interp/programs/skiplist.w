# A skip list of keys up to 1,000,000, which all threads search and change: an
# atomic block for each operation. Each change also changes its length.
class Node {
	fn init(key, height) { self.key = key; self.next = list(height, nil) }
}

class SkipList {
	fn init() { self.head = Node(-1, 24); self.length = 0; self.height = 1 }

	fn contains(key) {
		let n = self.head
		let level = self.height - 1
		while level >= 0 {
			let next = n.next[level]
			if next == nil or next.key > key {
				level -= 1
			} else if next.key == key {
				return true
			} else {
				n = next
			}
		}
		return false
	}

	# before returns the last node before a key, on each level.
	fn before(key) {
		let out = list(24, self.head)
		let n = self.head
		let level = self.height - 1
		while level >= 0 {
			let next = n.next[level]
			if next != nil and next.key < key {
				n = next
			} else {
				out[level] = n
				level -= 1
			}
		}
		return out
	}

	fn insert(key, height) {
		let at = self.before(key)
		let next = at[0].next[0]
		if next != nil and next.key == key { return false }
		if height > self.height { self.height = height }
		let n = Node(key, height)
		for level in 0..height {
			n.next[level] = at[level].next[level]
			at[level].next[level] = n
		}
		self.length += 1
		return true
	}

	fn remove(key) {
		let at = self.before(key)
		let n = at[0].next[0]
		if n == nil or n.key != key { return false }
		for level in 0..len(n.next) { at[level].next[level] = n.next[level] }
		self.length -= 1
		return true
	}
}

fn toss(r) {
	let h = 1
	while h < 24 and r.below(2) == 0 { h += 1 }
	return h
}

let shared = SkipList()
let first = Random(1)
for i in 0..1000 { shared.insert(first.below(1000000), toss(first)) }

# step does n operations, of which so many in 10,000 change the list.
fn step(n, changes) {
	parallel(fn(i, k) {
		let r = Random(i + 17)
		for op in 0..share(n, i, k) {
			let key = r.below(1000000)
			let what = r.below(10000)
			if what >= changes {
				atomic { shared.contains(key) }
			} else if what % 2 == 0 {
				let height = toss(r)
				atomic { shared.insert(key, height) }
				commit_soon()
			} else {
				atomic { shared.remove(key) }
				commit_soon()
			}
		}
		return 0
	})
	let count = 0
	let last = -1
	let n = shared.head.next[0]
	while n != nil {
		assert(n.key > last, "keys out of order")
		last = n.key
		count += 1
		n = n.next[0]
	}
	assert(count == shared.length, "wrong length")
	return 0
}
