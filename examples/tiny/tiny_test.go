package main

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/sched"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var machines = map[string][]sched.MachineOption{
	"stm":      {},
	"transact": {sched.AlwaysTransact(), sched.Lengths(16, 256)},
	"gil":      {sched.In(sched.GIL)},
	"serial":   {sched.In(sched.Serial)},
}

// run returns what a program prints on so many threads.
func run(m *sched.Machine, text string, threads int) (printed []int, err error) {
	var mu sync.Mutex
	err = execute(m, "test.tiny", text, threads, func(x int) {
		mu.Lock()
		defer mu.Unlock()
		printed = append(printed, x)
	})
	return printed, err
}

// TestCount: no addition is lost, and the waiting thread wakes, in all modes.
func TestCount(t *testing.T) {
	text, err := os.ReadFile("testdata/count.tiny")
	require.NoError(t, err)
	program := strings.ReplaceAll(string(text), "100000", "2000")
	for name, opts := range machines {
		t.Run(name, func(t *testing.T) {
			m := sched.NewMachine(opts...)
			printed, err := run(m, program, 2)
			require.NoError(t, err)
			require.Equal(t, []int{4000}, printed)
			require.Zero(t, m.Threads())
			t.Log(m.Stats())
		})
	}
}

// TestGuestError: it has a position, what came before it counts, and the rest
// of its atomic block does not.
func TestGuestError(t *testing.T) {
	const program = `
	push 7
	set x
	atomic
	push 8
	set x
	push 1
	get zero
	div
	end
`
	for name, opts := range machines {
		t.Run(name, func(t *testing.T) {
			m := sched.NewMachine(opts...)
			_, err := run(m, program, 1)
			require.EqualError(t, err, "test.tiny:9: division by zero")
		})
	}
}
