package run_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
)

// litmus programs print nothing unless threads see what no order of their
// instructions explains.
var litmus = map[string]string{
	"store buffer": `
let x = list(N, 0)
let y = list(N, 0)
let seen = [list(N, 0), list(N, 0)]
fn write_then_read(mine, other, seen) {
	for i in 0..N { mine[i] = 1; seen[i] = other[i] }
}
let a = spawn write_then_read(x, y, seen[0])
let b = spawn write_then_read(y, x, seen[1])
a.join(); b.join()
for i in 0..N { if seen[0][i] == 0 and seen[1][i] == 0 { print("both passed each other", i) } }`,

	"message passing": `
let data = list(N, 0)
let flag = list(N, 0)
fn send() { for i in 0..N { data[i] = i + 1; flag[i] = 1 } }
fn receive() {
	for i in 0..N {
		let f = flag[N - 1 - i]
		if f == 1 and data[N - 1 - i] != N - i { print("flag without data", i) }
	}
}
let a = spawn send()
let b = spawn receive()
a.join(); b.join()`,

	"independent reads": `
let x = list(N, 0)
let y = list(N, 0)
let seen = [list(N, nil), list(N, nil)]
fn write(v) { for i in 0..N { v[i] = 1 } }
fn look(first, second, seen) { for i in 0..N { let a = first[i]; seen[i] = [a, second[i]] } }
let ts = [spawn write(x), spawn write(y), spawn look(x, y, seen[0]), spawn look(y, x, seen[1])]
for t in ts { t.join() }
for i in 0..N {
	let a = seen[0][i]
	let b = seen[1][i]
	if a[0] == 1 and a[1] == 0 and b[0] == 1 and b[1] == 0 { print("writes in two orders", i) }
}`,

	// Of PyPy's manual: each update is atomic, so the last one has all.
	"updates in a circle": `
let sets = []
for i in 0..N / 4 { sets.append([{1: true}, {2: true}, {3: true}]) }
fn update(a, b) { for s in sets { s[a].update(s[b]) } }
let ts = [spawn update(0, 1), spawn update(1, 2), spawn update(2, 0)]
for t in ts { t.join() }
for s in sets {
	if len(s[0]) < 3 and len(s[1]) < 3 and len(s[2]) < 3 { print("no set has all", s) }
}`,

	"append and pop": `
let l = []
let popped = counter()
fn push(n) { for i in 0..n { l.append(i) } }
fn pop(n) { for i in 0..n { try { l.pop(); popped.add(1) } catch e { } } }
let ts = [spawn push(N), spawn push(N), spawn pop(N)]
for t in ts { t.join() }
if len(l) + popped.get() != 2 * N { print("lost or doubled", len(l), popped.get()) }`,

	"atomic": `
let x = 0
let y = 0
fn move() {
	for i in 0..N { atomic { x += 1; y -= 1; if x + y != 0 { print("half a block", x, y) } } }
}
let ts = [spawn move(), spawn move(), spawn move()]
for t in ts { t.join() }
if x != 3 * N or y != -3 * N { print("lost", x, y) }`,

	// += is a read and a write, as in other languages.
	"not atomic": `
let x = 1
let read = false
fn other() { atomic { if not read { retry } }; x = 10; read = nil }
fn slowly() { read = true; atomic { if read != nil { retry } }; return 1 }
let t = spawn other()
x += slowly()
t.join()
if x != 2 { print("+= was atomic", x) }`,
}

func TestLitmus(t *testing.T) {
	for name, program := range litmus {
		t.Run(name, func(t *testing.T) {
			inModes(t, func(t *testing.T, machine []sched.MachineOption) {
				for range sized(1, 100) {
					require.Empty(t, printed(t, fmt.Sprintf("const N = %d\n", sized(200, 20_000))+program, machine))
				}
			})
		})
	}
}
