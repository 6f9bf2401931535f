//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Conditions 1 and 2: every attempt sees one state, and committed transactions
// take effect in one order, which agrees with real time.

// TestZombie: a writer keeps x and y equal; every attempt of a reader must see
// them so, also one that will be aborted.
func TestZombie(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		torn := false
		w.tx("reader", func(tx *stm.Tx) error {
			torn = torn || x.Get(tx) != y.Get(tx)
			return nil
		})
		w.tx("writer", func(tx *stm.Tx) error {
			x.Set(tx, 1)
			y.Set(tx, 1)
			return nil
		})
		w.holds(func() bool { return !torn }, "an attempt saw x ≠ y")
	})
}

// TestZombieTrap: an attempt that saw a torn state would leave the slice, or
// never end. It also writes, so that it can lose at its commit.
func TestZombieTrap(t *testing.T) {
	check(t, func(w *world) {
		length, index := newVar(w, 2), newVar(w, 1)
		sum := newVar(w, 0)
		w.tx("reader", func(tx *stm.Tx) error {
			s := make([]int, length.Get(tx))
			sum.Set(tx, s[index.Get(tx)]+1)
			for len(s) <= index.Get(tx) { // a livelock
			}
			return nil
		})
		w.tx("writer", func(tx *stm.Tx) error {
			index.Set(tx, index.Get(tx)-1)
			length.Set(tx, length.Get(tx)-1)
			return nil
		})
		w.holds(func() bool { return sum.Load() == 1 }, "the reader has not committed")
	})
}

// TestBlindWritesInOrder: x is written before y, in two transactions. Nobody
// may see the second without the first.
func TestBlindWritesInOrder(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		wrong := false
		w.tx("reader", func(tx *stm.Tx) error {
			a, b := x.Get(tx), y.Get(tx)
			wrong = wrong || a == 0 && b == 1
			return nil
		})
		w.Go("writer", func() {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, 1); return nil }))
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { y.Set(tx, 1); return nil }))
		})
		w.holds(func() bool { return !wrong }, "an attempt saw y = 1 and x = 0")
	})
}

// TestTornString: a string is two words, and must be read as one.
func TestTornString(t *testing.T) {
	reads := map[string]func(x *tvar.Var[string]) string{
		"Get":  func(x *tvar.Var[string]) string { return get(x) },
		"Load": func(x *tvar.Var[string]) string { return x.Load() },
		"View": func(x *tvar.Var[string]) string { return view(x) },
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x := newVar(w, "a")
				var seen string
				w.Go("reader", func() { seen = read(x) })
				w.Go("writer", func() {
					x.Store("bcd")
					must(stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, "ef"); return nil }))
				})
				w.holds(func() bool { return seen == "a" || seen == "bcd" || seen == "ef" }, "a reader saw a string that never was")
			})
		})
	}
}

func get[T any](x *tvar.Var[T]) (v T) {
	must(stm.Atomically(ctx, func(tx *stm.Tx) error { v = x.Get(tx); return nil }))
	return v
}

func set[T any](x *tvar.Var[T], v T) {
	must(stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, v); return nil }))
}

func view[T any](x *tvar.Var[T]) T {
	v, err := stm.View(ctx, func(tx *stm.Tx) (T, error) { return x.Get(tx), nil })
	must(err)
	return v
}

func add(x *tvar.Var[int], n int) {
	must(stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+n); return nil }))
}

// TestStoreBuffering: each thread writes one variable, then reads the other's.
// By real time, one of them at least comes second.
func TestStoreBuffering(t *testing.T) {
	writes := map[string]func(x *tvar.Var[int]){
		"Set":    func(x *tvar.Var[int]) { set(x, 1) },
		"Store":  func(x *tvar.Var[int]) { x.Store(1) },
		"Modify": func(x *tvar.Var[int]) { x.Modify(func(n int) int { return n + 1 }) },
		"Add": func(x *tvar.Var[int]) {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { tvar.Add(tx, x, 1); return nil }))
		},
	}
	reads := map[string]func(x *tvar.Var[int]) int{"Get": get[int], "Load": (*tvar.Var[int]).Load, "View": view[int]}
	for wname, write := range writes {
		for rname, read := range reads {
			t.Run(wname+" "+rname, func(t *testing.T) {
				check(t, func(w *world) {
					x, y := newVar(w, 0), newVar(w, 0)
					var a, b int
					w.Go("T0", func() { write(x); a = read(y) })
					w.Go("T1", func() { write(y); b = read(x) })
					w.holds(func() bool { return a == 1 || b == 1 }, "neither saw what the other had committed")
				})
			})
		}
	}
}

// TestMonotonicReads: what one transaction saw, the next one of the same
// thread sees, too.
func TestMonotonicReads(t *testing.T) {
	reads := map[string]func(x *tvar.Var[int]) int{"Get": get[int], "Load": (*tvar.Var[int]).Load, "View": view[int]}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x, y := newVar(w, 0), newVar(w, 0)
				var a, b int
				w.Go("reader", func() { a = read(x); b = read(y) })
				w.tx("writer", func(tx *stm.Tx) error { y.Set(tx, 1); x.Set(tx, 1); return nil })
				w.holds(func() bool { return a <= b }, "a commit was seen and then not seen")
			})
		})
	}
}

// TestConditionalWrite: T1 writes y only while x is 0, so it comes before the
// transaction that sets x, and before the one after that, which must see y.
func TestConditionalWrite(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		seen := 0
		w.Go("T0", func() { set(x, 1); seen = get(y) })
		w.tx("T1", func(tx *stm.Tx) error {
			if x.Get(tx) == 0 {
				y.Set(tx, 1)
			}
			return nil
		})
		w.holds(func() bool { return seen == y.Load() }, "a transaction took effect in the past")
	})
}

// TestRealTime: T0 and T1 do not know of each other, but when T0 has ended
// before T1 begins T1 must see it.
func TestRealTime(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		ended, late, seen := false, false, 0
		w.Go("T0", func() {
			explore.Begin("T0")
			set(x, 1)
			explore.End("T0")
			ended = true
		})
		w.Go("T1", func() {
			explore.Begin("T1")
			late = ended
			seen = get(x)
			explore.End("T1")
		})
		w.holds(func() bool { return !late || seen == 1 }, "a commit that had returned was not seen")
	})
}

// TestPeekIsConsistent: a Peek belongs to the snapshot, though it may be
// outdated at commit.
func TestPeekIsConsistent(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		torn := false
		w.tx("reader", func(tx *stm.Tx) error {
			a := x.Get(tx)
			torn = torn || a != y.Peek(tx)
			return nil
		})
		w.Go("writer", func() {
			for i := range 2 {
				must(stm.Atomically(ctx, func(tx *stm.Tx) error {
					x.Set(tx, i+1)
					y.Set(tx, i+1)
					return nil
				}))
			}
		})
		w.holds(func() bool { return !torn }, "a Peek saw another state than a Get")
	})
}
