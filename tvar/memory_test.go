package tvar_test

import (
	"context"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A big value is worth missing.
type big struct{ _ [1 << 16]byte }

// retained reports whether p survives one garbage collection: one, since a
// pool keeps its objects for a second one.
func retained(p weak.Pointer[big]) bool {
	runtime.GC()
	return p.Value() != nil
}

// TestNothingIsRetained: values and variables that a transaction has touched
// are garbage as soon as the program has dropped them, although its descriptor
// is kept for another.
func TestNothingIsRetained(t *testing.T) {
	for name, run := range map[string]func(v *tvar.Var[*big], x *big){
		"overwritten by Store": func(v *tvar.Var[*big], x *big) { v.Store(x); v.Store(nil) },
		"overwritten by Set": func(v *tvar.Var[*big], x *big) {
			v.Store(x)
			update(t, func(tx *stm.Tx) { v.Set(tx, nil) })
		},
		"overwritten, read before": func(v *tvar.Var[*big], x *big) {
			v.Store(x)
			update(t, func(tx *stm.Tx) { v.Get(tx); v.Set(tx, nil) })
		},
		"overwritten by Modify": func(v *tvar.Var[*big], x *big) {
			v.Store(x)
			v.Modify(func(*big) *big { return nil })
		},
		"in a transaction that failed": func(v *tvar.Var[*big], x *big) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, x); return errBody })
		},
		"in a transaction that panicked": func(v *tvar.Var[*big], x *big) {
			quietly(func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, x); panic("x") }) })
		},
		"in an attempt that lost": func(v *tvar.Var[*big], x *big) {
			a, b := tvar.New(0), tvar.New(0)
			update(t, func(tx *stm.Tx) {
				if tx.Attempt() > 1 {
					return
				}
				v.Set(tx, x)
				b.Set(tx, a.Get(tx))
				elsewhere(func() { a.Store(1) })
			})
		},
		"in an attempt that waited": func(v *tvar.Var[*big], x *big) {
			a := tvar.New(0)
			update(t, func(tx *stm.Tx) {
				if a.Get(tx) == 0 {
					v.Set(tx, x)
					tx.OnRollback(func() { a.Store(1) })
					tx.Retry()
				}
			})
		},
		"in a part that was undone": func(v *tvar.Var[*big], x *big) {
			update(t, func(tx *stm.Tx) {
				v.Set(tx, x)
				_ = tx.Nested(func(tx *stm.Tx) error { v.Set(tx, nil); return nil })
			})
		},
		"among many writes": func(v *tvar.Var[*big], x *big) {
			update(t, func(tx *stm.Tx) {
				for range 100 {
					tvar.New[*big](nil).Set(tx, x)
				}
			})
		},
		"in a hook": func(v *tvar.Var[*big], x *big) {
			update(t, func(tx *stm.Tx) {
				tx.OnCommit(func() { _ = x })
				tx.OnRollback(func() { _ = x })
				tx.BeforeCommit(func(*stm.Tx) error { _ = x; return nil })
			})
		},
		"in a Commute": func(v *tvar.Var[*big], x *big) {
			update(t, func(tx *stm.Tx) {
				v.Commute(tx, func(*big) *big { _ = x; return nil })
			})
		},
		"overwritten beside a View": func(v *tvar.Var[*big], x *big) {
			v.Store(x)
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				elsewhere(func() { v.Store(nil) })
				v.Get(tx)
				return 0, nil
			})
			require.NoError(t, err)
		},
		"in the context": func(v *tvar.Var[*big], x *big) {
			require.NoError(t, stm.Atomically(valueContext{ctx, x}, func(*stm.Tx) error { return nil }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := tvar.New[*big](nil)
			x := new(big)
			p := weak.Make(x)
			run(v, x)
			runtime.KeepAlive(x)
			x = nil
			require.False(t, retained(p))
			runtime.KeepAlive(v)
		})
	}
}

// TestVariablesAreNotRetained either: not by those who read or wrote them.
func TestVariablesAreNotRetained(t *testing.T) {
	type holder struct {
		v tvar.Var[int]
		_ big
	}
	for name, run := range map[string]func(v *tvar.Var[int]){
		"read":    func(v *tvar.Var[int]) { update(t, func(tx *stm.Tx) { v.Get(tx) }) },
		"written": func(v *tvar.Var[int]) { update(t, func(tx *stm.Tx) { v.Set(tx, 1) }) },
		"viewed":  func(v *tvar.Var[int]) { _, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil }) },
		"read and failed": func(v *tvar.Var[int]) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Get(tx); return errBody })
		},
		"lost on": func(v *tvar.Var[int]) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
				v.Update(tx, inc)
				elsewhere(func() { v.Store(1) })
				return nil
			}, stm.MaxAttempts(1))
		},
		"awaited": func(v *tvar.Var[int]) {
			go v.Store(1)
			_, _ = v.Await(ctx, func(n int) bool { return n == 1 })
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := new(holder)
			p := weak.Make(h)
			run(&h.v)
			runtime.KeepAlive(h)
			h = nil
			runtime.GC()
			require.Nil(t, p.Value())
		})
	}
}

// A valueContext is a context that holds on to something.
type valueContext struct {
	context.Context
	_ *big
}

func TestNothingAllocates(t *testing.T) {
	if invariants.Enabled || atomics.Exploring {
		t.Skip("builds with invariants use each descriptor once, and the explorer's atomics take room")
	}
	vars := make([]*tvar.Var[int], 100)
	for i := range vars {
		vars[i] = tvar.New(i)
	}
	v, w, s, p := vars[0], vars[1], tvar.New("a"), tvar.New(new(int))
	zero := new(tvar.Var[float64])
	n := new(int)
	sum := func(tx *stm.Tx) (sum int, _ error) {
		for _, v := range vars {
			sum += v.Get(tx)
		}
		return sum, nil
	}
	run := func(body func(tx *stm.Tx) error, opts ...stm.Option) func() {
		return func() { _ = stm.Atomically(ctx, body, opts...) }
	}
	for name, f := range map[string]func(){
		"R1":     run(func(tx *stm.Tx) error { v.Get(tx); return nil }),
		"RMW1":   run(func(tx *stm.Tx) error { v.Set(tx, v.Get(tx)+1); return nil }),
		"RMW2":   run(func(tx *stm.Tx) error { v.Set(tx, v.Get(tx)+1); w.Set(tx, w.Get(tx)-1); return nil }),
		"R100":   run(func(tx *stm.Tx) error { _, err := sum(tx); return err }),
		"R100W1": run(func(tx *stm.Tx) error { n, err := sum(tx); v.Set(tx, n); return err }),
		"W100": run(func(tx *stm.Tx) error {
			for _, v := range vars {
				v.Set(tx, 1)
			}
			return nil
		}),
		"closure": func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, *n); return nil }) },
		"Do":      func() { _, _ = stm.Do(ctx, sum) },
		"View":    func() { _, _ = stm.View(ctx, sum) },
		"named":   run(func(tx *stm.Tx) error { v.Set(tx, 1); return nil }, stm.Name("named")),
		"named in place": func() {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, 1); return nil }, stm.Name("named"))
		},
		"limited":     run(func(tx *stm.Tx) error { v.Set(tx, 1); return nil }, stm.MaxAttempts(3)),
		"irrevocable": run(func(tx *stm.Tx) error { v.Set(tx, 1); return nil }, stm.Irrevocable()),
		"failing":     run(func(tx *stm.Tx) error { v.Set(tx, 1); return errBody }),
		"Load":        func() { v.Load() },
		"Store":       func() { v.Store(7) },
		"Modify":      func() { v.Modify(inc) },
		"Add":         run(func(tx *stm.Tx) error { tvar.Add(tx, v, 1); tvar.Add(tx, zero, 0.5); return nil }),
		"string":      run(func(tx *stm.Tx) error { s.Set(tx, s.Get(tx)); return nil }),
		"pointer":     run(func(tx *stm.Tx) error { p.Set(tx, n); return nil }),
	} {
		if name == "irrevocable" && invariants.GoroutineAllocates {
			continue // it is noted who holds the token
		}
		require.Zero(t, testing.AllocsPerRun(200, f), name)
	}
}

func TestSize(t *testing.T) {
	if strconv.IntSize == 64 && !atomics.Exploring {
		require.EqualValues(t, 32, unsafe.Sizeof(tvar.Var[int]{}))
		require.EqualValues(t, 32, unsafe.Sizeof(tvar.Var[[100]string]{}))
	}
	vars := new([3]tvar.Var[string])
	require.Zero(t, uintptr(unsafe.Pointer(&vars[1]))%8, "64-bit atomics are aligned, also on 32-bit machines")
}

// TestVetCatchesCopies of a Var.
func TestVetCatchesCopies(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	cmd := exec.Command(goTool, "vet", "-copylocks", "./testdata/copied")
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "%s", out)
	require.Contains(t, string(out), "assignment copies lock value to copied")
	require.Contains(t, string(out), "passes lock by value")
}
