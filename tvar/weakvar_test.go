package tvar_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A thing is too large to share an allocation with others.
type thing struct {
	name string
	_    [64]byte
}

// collectTwice takes what is garbage, also what a finalizer or a pool has held.
func collectTwice() {
	runtime.GC()
	runtime.GC()
}

// A weakMachine is a WeakVar beside what it points to, as long as that is held.
type weakMachine struct {
	w    tvar.WeakVar[thing]
	want *thing
}

func (m *weakMachine) make(s *script) *thing {
	if s.next(8) == 0 {
		m.want = nil
	} else {
		m.want = &thing{name: "x"}
	}
	return m.want
}

func (m *weakMachine) alone(t testing.TB, s *script) {
	switch s.next(32) {
	case 0, 1, 2, 3:
		m.w.Store(m.make(s))
	case 4:
		m.want = nil   // nobody has it now
		collectTwice() // slow
	}
}

func (m *weakMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	if s.next(2) == 0 {
		m.w.Set(tx, m.make(s))
	}
	m.look(t, s, tx)
}

func (m *weakMachine) look(t testing.TB, _ *script, tx *stm.Tx) {
	require.Same(t, m.want, m.w.Get(tx))
}

func (m *weakMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *weakMachine) same(t testing.TB) { require.Same(t, m.want, m.w.Load()) }

func TestWeakVarModel(t *testing.T) { checkMachine(t, func() machine { return new(weakMachine) }) }

// TestWeakVarLetsGo of what nobody else has, and holds what somebody has.
func TestWeakVarLetsGo(t *testing.T) {
	p := &thing{name: "a"}
	w := tvar.NewWeak(p)
	collectTwice()
	require.Same(t, p, w.Load())
	update(t, func(tx *stm.Tx) { require.Same(t, p, w.Get(tx)) })
	require.Equal(t, "there", w.String())
	runtime.KeepAlive(p)
	p = nil
	collectTwice()
	require.Nil(t, w.Load())
	update(t, func(tx *stm.Tx) { require.Nil(t, w.Get(tx)) })
	require.Equal(t, "gone", w.String())
}

// TestWeakVarIsSteadyInATransaction, also when the part that looked first has
// been taken back, and in a View.
func TestWeakVarIsSteadyInATransaction(t *testing.T) {
	var w tvar.WeakVar[thing]
	looks := map[string]func(tx *stm.Tx){
		"Get":    func(tx *stm.Tx) { w.Get(tx) },
		"Nested": func(tx *stm.Tx) { _ = tx.Nested(func(tx *stm.Tx) error { w.Get(tx); return errBody }) },
		"OrElse": func(tx *stm.Tx) {
			_ = tx.OrElse(func(tx *stm.Tx) error { w.Get(tx); tx.Retry(); return nil }, func(*stm.Tx) error { return nil })
		},
	}
	for name, look := range looks {
		t.Run(name, func(t *testing.T) {
			steady := func(tx *stm.Tx) (string, error) {
				look(tx)
				collectTwice()
				require.NotNil(t, w.Get(tx))
				return w.Get(tx).name, nil
			}
			w.Store(&thing{name: "a"})
			got, err := stm.Do(ctx, steady)
			require.NoError(t, err)
			require.Equal(t, "a", got)
			collectTwice()
			require.Nil(t, w.Load())

			w.Store(&thing{name: "b"})
			got, err = stm.View(ctx, steady)
			require.NoError(t, err)
			require.Equal(t, "b", got)
			collectTwice()
			require.Nil(t, w.Load())
		})
	}
}

// TestWeakVarSetLasts until the transaction has committed.
func TestWeakVarSetLasts(t *testing.T) {
	var w tvar.WeakVar[thing]
	var other weak.Pointer[thing]
	update(t, func(tx *stm.Tx) {
		w.Set(tx, &thing{name: "a"})
		collectTwice()
		require.Equal(t, "a", w.Get(tx).name)
		other = weak.Make(w.Get(tx))
		w.Set(tx, nil)
		require.Nil(t, w.Get(tx))
		w.Set(tx, other.Value())
		tx.OnCommit(func() { require.Equal(t, "a", w.Load().name) })
	})
	collectTwice()
	require.Nil(t, other.Value())
	require.Nil(t, w.Load())
}

// TestWeakVarFailedSet keeps nothing alive, and changes nothing.
func TestWeakVarFailedSet(t *testing.T) {
	p := &thing{name: "a"}
	w := tvar.NewWeak(p)
	var tried weak.Pointer[thing]
	require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		q := &thing{name: "b"}
		tried = weak.Make(q)
		w.Set(tx, q)
		return errBody
	}), errBody)
	collectTwice()
	require.Nil(t, tried.Value())
	require.Same(t, p, w.Load())
}

// TestWeakVarWakesWhenWritten, and not when the garbage collector takes what it
// held, which a sleeping transaction does not keep.
func TestWeakVarWakesWhenWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := tvar.NewWeak(&thing{name: "a"})
		attempts := 0
		got := ""
		go update(t, func(tx *stm.Tx) {
			attempts++
			p := w.Get(tx)
			tx.Check(p != nil && p.name == "b")
			got = p.name
		})
		synctest.Wait()
		collectTwice()
		require.Nil(t, w.Load())
		synctest.Wait()
		require.Equal(t, 1, attempts)
		p := &thing{name: "b"}
		w.Store(p)
		synctest.Wait()
		require.Equal(t, "b", got)
		runtime.KeepAlive(p)
	})
}

// TestWeakVarConflicts as a Var does.
func TestWeakVarConflicts(t *testing.T) {
	p, q := &thing{name: "a"}, &thing{name: "b"}
	w := tvar.NewWeak(p)
	require.Equal(t, 2, attemptsBeside(t, func(tx *stm.Tx) { w.Get(tx) }, func() { w.Store(q) }))
	require.Equal(t, 1, attemptsBeside(t, func(tx *stm.Tx) { w.Set(tx, p) }, func() { w.Store(q) }))
	require.Same(t, p, w.Load())
	var none *tvar.WeakVar[thing]
	require.Equal(t, "<nil WeakVar>", none.String())
	panicsWith(t, "nil WeakVar", func() { none.Load() })
}
