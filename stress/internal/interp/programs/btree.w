# A B-tree with up to 20 keys a node, of keys up to 10,000, which all threads
# search and change: an atomic block for each operation.
const MOST = 20
const LEAST = 10

class Node {
	fn init(leaf) { self.leaf = leaf; self.keys = []; self.kids = [] }
	# find is where the key is, or would be.
	fn find(key) {
		let keys = self.keys
		let low = 0
		let high = len(keys)
		while low < high {
			let mid = (low + high) >> 1
			if keys[mid] < key { low = mid + 1 } else { high = mid }
		}
		return low
	}
}

# insert_at makes room in a list.
fn insert_at(l, i, x) {
	l.append(x)
	let j = len(l) - 1
	while j > i { l[j] = l[j - 1]; j -= 1 }
	l[i] = x
}

fn remove_at(l, i) {
	let x = l[i]
	let last = len(l) - 1
	while i < last { l[i] = l[i + 1]; i += 1 }
	l.pop()
	return x
}

fn cut(l, from) {
	let rest = l.slice(from, len(l))
	while len(l) > from { l.pop() }
	return rest
}

class Tree {
	fn init() { self.root = Node(true) }

	fn contains(key) {
		let n = self.root
		while true {
			let i = n.find(key)
			if i < len(n.keys) and n.keys[i] == key { return true }
			if n.leaf { return false }
			n = n.kids[i]
		}
	}

	# split moves the upper half of a full child into a new one.
	fn split(parent, i) {
		let left = parent.kids[i]
		let right = Node(left.leaf)
		right.keys = cut(left.keys, LEAST + 1)
		if not left.leaf { right.kids = cut(left.kids, LEAST + 1) }
		insert_at(parent.keys, i, left.keys.pop())
		insert_at(parent.kids, i + 1, right)
	}

	fn insert(key) {
		if self.contains(key) { return false }
		if len(self.root.keys) > MOST {
			let root = Node(false)
			root.kids.append(self.root)
			self.split(root, 0)
			self.root = root
		}
		let n = self.root
		while not n.leaf {
			let i = n.find(key)
			if len(n.kids[i].keys) > MOST {
				self.split(n, i)
				if n.keys[i] < key { i += 1 }
			}
			n = n.kids[i]
		}
		insert_at(n.keys, n.find(key), key)
		return true
	}

	# refill gives child i, which has few keys, one from beside, or joins it
	# with its neighbour. It returns where the child is then.
	fn refill(n, i) {
		let c = n.kids[i]
		if i > 0 and len(n.kids[i - 1].keys) > LEAST {
			let l = n.kids[i - 1]
			insert_at(c.keys, 0, n.keys[i - 1])
			n.keys[i - 1] = l.keys.pop()
			if not c.leaf { insert_at(c.kids, 0, l.kids.pop()) }
			return i
		}
		if i < len(n.kids) - 1 and len(n.kids[i + 1].keys) > LEAST {
			let r = n.kids[i + 1]
			c.keys.append(n.keys[i])
			n.keys[i] = remove_at(r.keys, 0)
			if not c.leaf { c.kids.append(remove_at(r.kids, 0)) }
			return i
		}
		if i == len(n.kids) - 1 { i -= 1 }
		let l = n.kids[i]
		let r = remove_at(n.kids, i + 1)
		l.keys.append(remove_at(n.keys, i))
		l.keys.extend(r.keys)
		l.kids.extend(r.kids)
		return i
	}

	fn remove(key) {
		if not self.contains(key) { return false }
		let n = self.root
		while true {
			let i = n.find(key)
			let here = i < len(n.keys) and n.keys[i] == key
			if n.leaf {
				remove_at(n.keys, i)
				break
			}
			if here {
				# the greatest key below takes its place, and is removed then
				let m = n.kids[i]
				while not m.leaf { m = m.kids[len(m.kids) - 1] }
				key = m.keys[len(m.keys) - 1]
				n.keys[i] = key
			}
			if len(n.kids[i].keys) <= LEAST { i = self.refill(n, i) }
			let c = n.kids[i]
			# refill may have moved the key that is to be removed up
			if here and i < len(n.keys) and n.keys[i] == key { n = c } else { n = n.kids[n.find(key)] }
		}
		if len(self.root.keys) == 0 and not self.root.leaf { self.root = self.root.kids[0] }
		return true
	}
}

fn check(n, low, high) {
	let count = len(n.keys)
	for i in 0..len(n.keys) {
		let k = n.keys[i]
		assert(k > low and k < high, "keys out of order")
		if not n.leaf { count += check(n.kids[i], low, k) }
		low = k
	}
	if not n.leaf {
		assert(len(n.kids) == len(n.keys) + 1, "wrong number of children")
		count += check(n.kids[len(n.kids) - 1], low, high)
	}
	return count
}

let tree = Tree()
let size = 0
let first = Random(1)
for i in 0..1000 { if tree.insert(first.below(10000)) { size += 1 } }

# step does n operations, of which so many in 10,000 change the tree.
fn step(n, changes) {
	size += parallel(fn(i, k) {
		let r = Random(i + 17)
		let grown = 0
		for op in 0..share(n, i, k) {
			let key = r.below(10000)
			let what = r.below(10000)
			if what >= changes {
				atomic { tree.contains(key) }
			} else if what % 2 == 0 {
				let done = false
				atomic { done = tree.insert(key) }
				if done { grown += 1 }
				commit_soon()
			} else {
				let done = false
				atomic { done = tree.remove(key) }
				if done { grown -= 1 }
				commit_soon()
			}
		}
		return grown
	})
	assert(check(tree.root, -1, 10000) == size, "keys were lost")
	return 0
}
