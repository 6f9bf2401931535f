# Exceptions: any value can be thrown. What the runtime throws are errors, which
# have a message, and where they were thrown.

fn attempt(f) {
	try {
		return f()
	} catch e {
		if type(e) == "error" { return e.message + ", at " + e.where }
		return e
	}
}

print(attempt(fn() { return 1 / 0 }))
print(attempt(fn() { return "a" / 2 }))
print(attempt(fn() { return [1, 2][2] }))
print(attempt(fn() { return {"a": 1}["b"] }))
print(attempt(fn() { return nil.x }))
print(attempt(fn() { return 5() }))
print(attempt(fn() { return fib(1, 2) }))
print(attempt(fn() { throw "any value" }))
print(attempt(fn() { throw error("made by hand") }))
print(attempt(fn() { return [3, "a"].sort() }))
print(attempt(fn() { assert(1 > 2, "not so"); return 0 }))
print(attempt(fn() { return 1 < "a" }))
print(attempt(fn() { return math.sqrt("4") }))
print(attempt(fn() { return {0.0 * (1.0 / 0.0): 1} }))
print(attempt(fn() { return unset }))

let fib = fn(n) { return n }
let unset = 1

# finally runs on each way out, inner ones first.
fn leave(how) {
	for i in 0..3 {
		try {
			try {
				if how == "return" { return "returned" }
				if how == "break" { break }
				if how == "continue" { continue }
				if how == "throw" { throw "thrown" }
			} finally {
				print("inner", how, i)
			}
		} finally {
			print("outer")
		}
	}
	return "end"
}
for how in ["return", "break", "throw", "continue"] {
	try {
		print(leave(how))
	} catch e {
		print("caught", e)
	}
}

# An exception in a handler replaces the one before; in finally, too.
try {
	try { throw 1 } catch e { throw e + 1 } finally { print("between") }
} catch e { print(e) }
try {
	try { throw 1 } finally { throw "from finally" }
} catch e { print(e) }

# Calls that are nested too deeply.
fn deep(n) { return deep(n + 1) + 1 }
try { deep(0) } catch e { print(e) }

# An error that is thrown again keeps where it comes from.
fn origin() { return 1 / 0 }
try {
	try { origin() } catch e { throw e }
} catch e { print(e.where) }
