# Functions, closures and loops.

fn fib(n) {
	if n < 2 { return n }
	return fib(n - 1) + fib(n - 2)
}
print(fib(20))

# A closure shares the variables around it.
fn account(balance) {
	return [
		fn(x) { balance += x; return balance },
		fn() { return balance },
	]
}
let a = account(100)
let b = account(5)
a[0](10)
b[0](1)
print(a[1](), b[1]())

# Each round of a loop has a variable of its own.
let fs = []
for i in 0..3 { fs.append(fn() { return i * i }) }
print(fs[0](), fs[1](), fs[2]())

# Functions in functions, also recursive ones; functions are values.
fn sum_to(n) {
	fn go(k, sum) {
		if k > n { return sum }
		return go(k + 1, sum + k)
	}
	return go(1, 0)
}
print(sum_to(100), type(fib), fib)

fn map(f, list) {
	let out = []
	for x in list { out.append(f(x)) }
	return out
}
print(map(fn(x) { return x * 2 }, [1, 2, 3]), map(str, [1, nil]), map(len, ["", "ab"]))

# Loops: while, ranges, lists, dictionaries, strings; break and continue.
let text = ""
for c in "abcdef" {
	if c == "b" { continue }
	if c == "e" { break }
	text += c
}
let i = 0
while true {
	i += 1
	if i % 2 == 0 { continue }
	if i > 8 { break }
	text += str(i)
}
print(text)
for k in {"x": 1, "y": 2} { print(k) }
for i in 5..3 { print("never") }

const SIZE = 4 * 4
print(SIZE)
