package run_test

import (
	"bytes"
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/sched"
)

// TestNoAllocation: loops over numbers, calls, and accesses to variables, fields
// and elements that hold numbers allocate nothing, also in transactions.
func TestNoAllocation(t *testing.T) {
	if raceEnabled || strconv.IntSize == 32 {
		t.Skip("allocations are those of the race detector, or of boxes")
	}
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		var out bytes.Buffer
		in := load(t, `
let g = 0
class P {
	fn init() { self.x = 0; self.y = 0.5 }
	fn move(n) { self.x += n; self.y = self.y * 0.5 + 1.0; return self.x }
}
let p = P()
let l = [1, 2, 3]
let d = {"k": 1}
fn add(a, b) { return a + b }
fn loop(n) {
	let s = 0
	for i in 0..n {
		s = add(s, i & 7) % 1000
		g += 1
		l[i % 3] = s + l[0]
		if l[0] > 1000 { l[0] = 0 }
		d["k"] += 1
		atomic { p.move(1) }
		while s > 5 { s -= 3 }
	}
	return s
}`, &out, run.Options{Machine: machine})
		require.NoError(t, in.Run(context.Background()))
		measure := func(n int64) float64 {
			return testing.AllocsPerRun(3, func() {
				_, err := in.Call(context.Background(), "loop", run.Int(n))
				require.NoError(t, err)
			})
		}
		few := measure(10)
		require.Less(t, measure(2000)-few, 100.0, "for 200 times as many rounds")
	})
}
