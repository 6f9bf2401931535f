package stm_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestPanicKeepsValueAndStack: when the panic is recovered outside, the frames
// of the body are still on the stack, and the value is the very same.
func TestPanicKeepsValueAndStack(t *testing.T) {
	value := errors.New("boom")
	calls := map[string]func(body func(tx *stm.Tx) error){
		"Atomically": func(body func(tx *stm.Tx) error) { _ = stm.Atomically(ctx, body) },
		"Do": func(body func(tx *stm.Tx) error) {
			_, _ = stm.Do(ctx, func(tx *stm.Tx) (int, error) { return 0, body(tx) })
		},
		"View": func(body func(tx *stm.Tx) error) {
			_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { return 0, body(tx) })
		},
		"Select": func(body func(tx *stm.Tx) error) { _, _ = stm.Select(ctx, body) },
		"Nested": func(body func(tx *stm.Tx) error) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { return tx.Nested(body) })
		},
		"Watch": func(body func(tx *stm.Tx) error) {
			for range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return 0, body(tx) }) {
			}
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			defer func() {
				require.Same(t, value, recover())
				require.Contains(t, string(debug.Stack()), "stm_test.explode")
			}()
			call(func(*stm.Tx) error { explode(value); return nil })
		})
	}
}

//go:noinline
func explode(value error) { panic(value) }

// TestCrashTraceIsUntouched looks at what a program prints that dies of a
// panic in a body: nobody has recovered it and panicked anew.
func TestCrashTraceIsUntouched(t *testing.T) {
	const marker = "STM_TEST_CRASH"
	if how := os.Getenv(marker); how != "" {
		v := tvar.New(0)
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			v.Set(tx, 1)
			tx.OnRollback(func() { fmt.Println("rolled back, v is", v.Load()) })
			if how == "nested" {
				return tx.Nested(func(*stm.Tx) error { explode(errBody); return nil })
			}
			explode(errBody)
			return nil
		})
		return
	}
	for _, how := range []string{"plain", "nested"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestCrashTraceIsUntouched$")
		cmd.Env = append(os.Environ(), marker+"="+how)
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "rolled back, v is 0")
		require.Contains(t, string(out), "stm_test.explode")
		// The test runner recovers and panics anew, once. Nobody else does.
		require.Equal(t, 1, strings.Count(string(out), "panic: body"), "%s", out)
		require.LessOrEqual(t, strings.Count(string(out), "recovered"), 1, "%s", out)
	}
}

// TestFailNowInBody: a failing test leaves through the transaction.
func TestFailNowInBody(t *testing.T) {
	v := tvar.New(0)
	elsewhere(func() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			v.Set(tx, 1)
			new(testing.T).SkipNow() // as FailNow, without failing
			return nil
		})
		t.Error("SkipNow returned")
	})
	require.Zero(t, v.Load())
	update(t, func(tx *stm.Tx) { v.Set(tx, 2) }, stm.Irrevocable())
	require.Equal(t, 2, v.Load())
}

// TestErrorIsReturnedAsItIs: not wrapped, not copied.
func TestErrorIsReturnedAsItIs(t *testing.T) {
	type odd struct{ error }
	want := &odd{errBody}
	got := stm.Atomically(ctx, func(*stm.Tx) error { return want })
	require.Same(t, want, got)

	n, err := stm.Do(ctx, func(*stm.Tx) (int, error) { return 7, want })
	require.Same(t, want, err)
	require.Zero(t, n, "the value of a failed attempt is not returned")

	n, err = stm.View(ctx, func(*stm.Tx) (int, error) { return 7, want })
	require.Same(t, want, err)
	require.Zero(t, n)
}
