package history_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Histories of the real thing, recorded under forced yields.

var errUndo = errors.New("this part is undone")

// A recorder runs random transactions over a few variables and records them.
type recorder struct {
	h    *history.History
	vars []*tvar.Var[history.Token]
	seed uint64

	blind bool // some writes read nothing before
	named bool // commits tell their version

	commits atomic.Int64 // calls that returned nil
}

func newRecorder(t *testing.T, vars, workers int) *recorder {
	r := &recorder{h: history.New(vars, workers), seed: rand.Uint64()}
	t.Logf("seed %#x", r.seed)
	for v := range vars {
		r.vars = append(r.vars, tvar.New(r.h.Initial(v)))
	}
	return r
}

// run lets every worker do some transactions and decides what they did.
func (r *recorder) run(each int) *history.Report {
	engine.SetNoise(6000, r.seed)
	defer engine.SetNoise(0, 0)
	var wg sync.WaitGroup
	for w := range r.h.Workers() {
		rng := rand.New(rand.NewPCG(r.seed, uint64(w)))
		wg.Go(func() {
			for range each {
				r.one(r.h.Log(w), rng)
			}
		})
	}
	wg.Wait()
	return r.h.Check()
}

// one runs a transaction.
func (r *recorder) one(l *history.Log, rng *rand.Rand) {
	var err error
	var version uint64
	ctx := context.Background()
	l.Start()
	switch rng.IntN(8) {
	case 0:
		_, err = stm.View(ctx, func(tx *stm.Tx) (int, error) {
			l.Begin()
			for v, x := range r.vars {
				l.Read(v, x.Get(tx))
			}
			return 0, nil
		})
	case 1:
		err = stm.Atomically(ctx, func(tx *stm.Tx) error {
			l.Begin()
			r.steps(tx, l, rng)
			return errUndo
		})
	default:
		err = stm.Atomically(ctx, func(tx *stm.Tx) error {
			l.Begin()
			r.steps(tx, l, rng)
			r.parts(tx, l, rng)
			e := tx.Engine()
			tx.OnCommit(func() { version = engine.Version(e) })
			return nil
		})
	}
	if !r.named {
		version = 0
	}
	if err == nil {
		r.commits.Add(1)
		l.Commit(version)
	} else {
		l.Abort()
	}
}

// steps reads and writes a few variables.
func (r *recorder) steps(tx *stm.Tx, l *history.Log, rng *rand.Rand) {
	for range 1 + rng.IntN(3) {
		v := rng.IntN(len(r.vars))
		switch k := rng.IntN(4); {
		case k == 0 && r.blind:
			r.vars[v].Set(tx, l.Write(v, history.None))
		case k < 2:
			l.Read(v, r.vars[v].Get(tx))
		default:
			r.vars[v].Set(tx, l.Write(v, r.vars[v].Get(tx)))
		}
	}
}

// parts does the same in parts that are undone, or are not.
func (r *recorder) parts(tx *stm.Tx, l *history.Log, rng *rand.Rand) {
	mark := l.Mark()
	switch rng.IntN(4) {
	case 0:
		_ = tx.Nested(func(tx *stm.Tx) error { r.steps(tx, l, rng); return errUndo })
		l.Rollback(mark)
	case 1:
		_ = tx.Nested(func(tx *stm.Tx) error { r.steps(tx, l, rng); return nil })
	case 2:
		_ = tx.OrElse(
			func(tx *stm.Tx) error { r.steps(tx, l, rng); tx.Retry(); return nil },
			func(tx *stm.Tx) error { l.Rollback(mark); r.steps(tx, l, rng); return nil })
	}
	r.steps(tx, l, rng)
}

// TestRecordedHistoriesAreOpaque, and since every write reads first, the order
// of all of them is known.
func TestRecordedHistoriesAreOpaque(t *testing.T) {
	for _, named := range []bool{false, true} {
		r := newRecorder(t, 4, 4)
		r.named = named
		for range 3 { // windows
			report := r.run(400)
			require.NoError(t, report.Err())
			require.Zero(t, report.Unordered, "no write is blind")
			require.Greater(t, report.AbortRate(), 0.01, "too quiet to show anything: %v", report.Counts)
			require.EqualValues(t, r.commits.Swap(0), report.Committed)
			for v, x := range r.vars {
				require.Equal(t, report.Final[v], x.Load(), "the memory holds the final versions")
			}
			r.h.Next(report.Final)
		}
	}
}

// TestRecordedBlindWrites: with their commit versions all have a place; without
// they are counted, and nothing correct is accused.
func TestRecordedBlindWrites(t *testing.T) {
	for _, named := range []bool{false, true} {
		r := newRecorder(t, 3, 4)
		r.blind, r.named = true, named
		report := r.run(400)
		require.NoError(t, report.Err())
		if named {
			require.Zero(t, report.Unordered)
			for v, x := range r.vars {
				require.Equal(t, report.Final[v], x.Load())
			}
		} else {
			require.NotZero(t, report.Unordered)
			require.Contains(t, report.String(), "blind writes unordered")
		}
	}
}
