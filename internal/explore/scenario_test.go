//go:build stmexplore

package explore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"testing"
	"unsafe"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func init() {
	explore.Before(engine.ResetForExploration)
	debug.SetGCPercent(800) // runs leave little behind, but their stacks are many
}

var ctx = context.Background()

// A world is what a scenario works on: a run with variables, of which nothing
// but the values may be left in the end.
type world struct {
	*explore.Run
	cells [32]engine.Cell
	used  int
}

// newVar makes a variable of w.
//
// A Var is a Cell and nothing else. Those of one world lie side by side, in
// the same order each time: the engine looks at the distance of two cells to
// tell whether one may be in a write set.
func newVar[T any](w *world, v T) *tvar.Var[T] {
	x := (*tvar.Var[T])(unsafe.Pointer(&w.cells[w.used]))
	w.used++
	x.Store(v)
	return x
}

// residue is an error if a transaction has left something behind.
func (w *world) residue() error {
	for i := range w.cells {
		if err := engine.ResidueOf(&w.cells[i]); err != nil {
			return err
		}
	}
	return errors.Join(engine.Residue(), w.history())
}

// history is an error if a variable keeps older versions.
func (w *world) history() error {
	for i := range w.cells {
		if n := engine.HistoryOf(&w.cells[i]); n > 0 {
			return fmt.Errorf("variable %d keeps %d versions that nobody needs", i, n)
		}
	}
	return nil
}

// scenario makes a program that also looks for residue.
func scenario(f func(w *world)) explore.Program {
	return func(r *explore.Run) {
		w := &world{Run: r}
		f(w)
		r.Final(w.residue)
	}
}

// holds adds a condition on the final state.
func (w *world) holds(condition func() bool, format string, args ...any) {
	w.Final(func() error {
		if !condition() {
			return fmt.Errorf(format, args...)
		}
		return nil
	})
}

// tx is a guest that runs one transaction.
func (w *world) tx(name string, body func(tx *stm.Tx) error, opts ...stm.Option) {
	w.Go(name, func() { must(stm.Atomically(ctx, body, opts...)) })
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// check explores a scenario: all classes of schedules if there are few enough,
// and those with two or three preemptions.
func check(t *testing.T, f func(w *world)) {
	t.Helper()
	checkUpTo(t, 5000, f)
}

// checkUpTo is check with a limit on the runs of each search.
func checkUpTo(t *testing.T, limit int, f func(w *world)) {
	t.Helper()
	classes, bounded := limit, limit/2
	if explore.Deep() {
		classes, bounded = 1000*limit, 20*bounded
	}
	explore.Check(t, scenario(f), explore.DPOR(classes), explore.Preemptions(2, bounded), explore.Preemptions(3, bounded))
}
