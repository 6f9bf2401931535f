# What functions do beside returning a result, and when.

# print is put off until the transaction commits: an atomic block that is undone
# has printed nothing, and one that is run again prints once.
try {
	atomic {
		print("never")
		throw "undone"
	}
} catch e { print(e) }

let turn = 0
fn line(n) {
	atomic {
		if turn != n { retry }
		turn += 1
		print("thread", n)
	}
}
let ts = []
for i in 0..4 { ts.append(spawn line(3 - i)) }
for t in ts { t.join() }

# What is irrevocable cannot be lost any more.
atomic {
	turn += 1
	irrevocable()
	print("turn", turn)
}

# Outside functions run between transactions; in an atomic block, irrevocably.
time.sleep(0.0)
atomic { time.sleep(0.0) }
try { io.read("no such file") } catch e { print(e.message != "") }
