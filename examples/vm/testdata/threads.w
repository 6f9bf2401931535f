# Threads. Instructions are atomic, and all threads see them in the same order.

fn square(n) { return n * n }
let t = spawn square(7)
print(t.join(), t.done())

# Without atomic, += is a read and a write, between which others may write.
let total = 0
fn add(n) {
	for i in 0..n {
		atomic { total += 1 }
	}
}

fn all(f, x) {
	let ts = []
	for i in 0..threads() { ts.append(spawn f(x)) }
	for t in ts { t.join() }
}
all(add, 500)
print(total == 500 * threads())

# One instruction is atomic by itself: append, update, pop.
let log = []
fn append(n) { for i in 0..n { log.append(i) } }
all(append, 200)
print(len(log) == 200 * threads())

# A counter is added to without conflicts.
let hits = counter()
fn hit(n) { for i in 0..n { hits.add(1) } }
all(hit, 300)
print(hits.get() == 300 * threads(), hits.get() > 0)

# Locks. with releases the lock on each way out.
let guard = lock()
let guarded = 0
fn locked(n) {
	for i in 0..n {
		with guard {
			let seen = guarded
			guarded = seen + 1
		}
	}
}
all(locked, 100)
print(guarded == 100 * threads())

# retry waits until something has changed that the block has read.
let mailbox = nil
fn put(x) {
	atomic {
		if mailbox != nil { retry }
		mailbox = x
	}
}
fn take() {
	atomic {
		if mailbox == nil { retry }
		let x = mailbox
		mailbox = nil
		return x
	}
}
fn produce(n) { for i in 0..n { put(i) } }
let p = spawn produce(20)
let got = []
for i in 0..20 { got.append(take()) }
p.join()
print(got)

# orelse: what is done if the block comes to retry. If that does too, both wait.
fn poll() {
	atomic {
		if mailbox == nil { retry }
		return mailbox
	} orelse {
		return "nothing there"
	}
}
print(poll())
put("something")
print(poll())

# A block that is left by an exception has not happened, for local variables as
# for others.
fn transfer(from, to, amount) {
	let steps = 0
	try {
		atomic {
			from["balance"] -= amount
			to["balance"] += amount
			steps = 2
			if from["balance"] < 0 { throw "not enough" }
		}
	} catch e { print(e, steps) }
}
let a = {"balance": 10}
let b = {"balance": 0}
transfer(a, b, 7)
transfer(a, b, 7)
print(a, b)

# A queue, a variable of each thread's own, identities.
let q = queue()
q.put(1); q.put(2)
print(q.take(nil), q.take(nil), q.take("empty"), len(q))
let mine = local(0)
fn use(n) {
	for i in 0..n { mine.set(mine.get() + 1) }
	return mine.get()
}
print((spawn use(5)).join(), (spawn use(3)).join(), mine.get(), new_id() != new_id())

# What ends a thread is seen by who waits for it.
fn fail() { throw "failed" }
try { (spawn fail()).join() } catch e { print("joined:", e) }

# kill ends a thread wherever it is; finally and with still run.
let cleaned = false
fn forever() {
	try {
		with guard { while true { } }
	} finally {
		cleaned = true
	}
}
let f = spawn forever()
f.kill()
try { f.join() } catch e { print("joined:", e) }
with guard { print("the lock is free") }
