//go:build stmexplore

package sched_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func init() { explore.Before(engine.ResetForExploration) }

// A pit is a run in which a queue works. Its workers are guests that are there
// from the beginning and wait to be given their work.
type pit struct {
	*explore.Run
	workers []*recruit
	hired   int
	over    atomics.Bool
}

type recruit struct {
	work  func()
	ready atomics.Bool
}

// newPit runs main as a guest, beside so many that may become workers.
func newPit(r *explore.Run, workers int, main func()) *pit {
	p := &pit{Run: r}
	sched.SetSpawn(p.hire)
	r.Go("main", func() {
		main()
		p.over.Store(true)
	})
	for i := range workers {
		w := new(recruit)
		p.workers = append(p.workers, w)
		r.Go(fmt.Sprintf("worker %d", i), func() {
			atomics.Pause(0, func() bool { return w.ready.Load() || p.over.Load() })
			if w.ready.Load() {
				w.work()
			}
		}).MayGoexit()
	}
	r.Final(engine.Residue)
	return p
}

// hire is called under the lock of the queue.
func (p *pit) hire(work func()) {
	w := p.workers[p.hired]
	p.hired++
	w.work = work
	w.ready.Store(true)
}

func (p *pit) holds(condition func() bool, what string) {
	p.Final(func() error {
		if !condition() {
			return errors.New(what)
		}
		return nil
	})
}

// exploreQueue looks at some thousand schedules: all with few preemptions, and
// others drawn so that they find what needs a few more.
func exploreQueue(t *testing.T, program func(r *explore.Run)) {
	t.Helper()
	defer sched.SetSpawn(func(work func()) { go work() })()
	limit := 5000
	if explore.Deep() {
		limit *= 40
	}
	explore.Check(t, program,
		explore.Preemptions(1, limit), explore.Preemptions(2, limit),
		explore.PCT(1, 3, limit), explore.PCT(2, 5, limit/2), explore.Random(1, limit/4))
}

// TestExploreQueue: two workers share three units, one of which adds a fourth.
func TestExploreQueue(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x := tvar.New(0)
		var err error
		p := newPit(r, 4, func() {
			q := sched.NewQueue(sched.Workers(2))
			for range 2 {
				q.Add(increment(x))
			}
			q.Add(func(tx *stm.Tx) error {
				q.AddTx(tx, increment(x))
				return nil
			})
			err = q.Run(ctx)
		})
		p.holds(func() bool { return err == nil && x.Load() == 3 }, "a unit was lost or run twice")
	})
}

// TestExploreUnitsThatWait: one worker, and the first unit waits for the
// second.
func TestExploreUnitsThatWait(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x := tvar.New(0)
		var err error
		p := newPit(r, 4, func() {
			q := sched.NewQueue(sched.Workers(1))
			q.Add(func(tx *stm.Tx) error {
				tx.Check(x.Get(tx) == 1)
				x.Set(tx, 2)
				return nil
			})
			q.Add(func(tx *stm.Tx) error {
				x.Set(tx, 1)
				return nil
			})
			err = q.Run(ctx)
		})
		p.holds(func() bool { return err == nil && x.Load() == 2 }, "a unit was lost")
	})
}

// TestExploreAddBesideRun: a unit that comes while the queue is running empty is
// run, or left.
func TestExploreAddBesideRun(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x := tvar.New(0)
		q := sched.NewQueue(sched.Workers(1))
		var err error
		p := newPit(r, 4, func() {
			q.Add(increment(x))
			err = q.Run(ctx)
		})
		p.Go("outside", func() { q.Add(increment(x)) })
		p.holds(func() bool { return err == nil && x.Load()+q.Len() == 2 }, "a unit was lost")
	})
}

// TestExploreFailure: the first error stops the others; each unit is committed,
// failed, or left.
func TestExploreFailure(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		exploreQueue(t, func(r *explore.Run) {
			x := tvar.New(0)
			opts := []sched.QueueOption{sched.Workers(2)}
			if ordered {
				opts = append(opts, sched.Ordered())
			}
			q := sched.NewQueue(opts...)
			var err error
			p := newPit(r, 4, func() {
				q.Add(increment(x))
				q.Add(fails)
				q.Add(increment(x))
				err = q.Run(ctx)
			})
			p.holds(func() bool {
				return errors.Is(err, errUnit) && x.Load()+q.Len() == 2 && (!ordered || x.Load() == 1)
			}, "a unit was lost, or committed after the failure")
		})
	}
}

// TestExploreOrder: units that do not commute, with hooks, and one that only
// reads.
func TestExploreOrder(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x := tvar.New(1)
		var seen []int
		var err error
		p := newPit(r, 4, func() {
			q := sched.NewQueue(sched.Workers(2), sched.Ordered())
			for i := range 2 {
				q.Add(func(tx *stm.Tx) error {
					x.Set(tx, x.Get(tx)*10+i)
					tx.OnCommit(func() { seen = append(seen, i) })
					return nil
				})
			}
			q.Add(func(tx *stm.Tx) error {
				n := x.Get(tx)
				tx.OnCommit(func() { seen = append(seen, n) })
				return nil
			})
			err = q.Run(ctx)
		})
		p.holds(func() bool { return err == nil && slices.Equal(seen, []int{0, 1, 101}) }, "not the order of the loop")
	})
}

// TestExploreOrderedRetry: the wait for a unit before ends, the wait for one
// after is an error.
func TestExploreOrderedRetry(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x := tvar.New(0)
		var err error
		p := newPit(r, 4, func() {
			q := sched.NewQueue(sched.Workers(2), sched.Ordered())
			q.Add(increment(x))
			for _, n := range []int{1, 2} {
				q.Add(func(tx *stm.Tx) error {
					tx.Check(x.Get(tx) == n)
					return nil
				})
			}
			err = q.Run(ctx)
		})
		p.holds(func() bool { return errors.Is(err, sched.ErrOrderedRetry) && x.Load() == 1 }, "waited for the wrong one")
	})
}

// TestExploreOrderBesideIrrevocable: somebody outside holds the serial token
// while units wait for their turn.
func TestExploreOrderBesideIrrevocable(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x, y := tvar.New(0), tvar.New(0)
		var err error
		p := newPit(r, 4, func() {
			q := sched.NewQueue(sched.Workers(2), sched.Ordered())
			q.Add(increment(x))
			q.Add(func(tx *stm.Tx) error { y.Set(tx, x.Get(tx)); return nil }, stm.Irrevocable())
			err = q.Run(ctx)
		})
		p.Go("outside", func() {
			if err := stm.Atomically(ctx, increment(x), stm.Irrevocable()); err != nil {
				panic(err)
			}
		})
		p.holds(func() bool { return err == nil && x.Load() == 2 && y.Load() >= 1 }, "an update was lost")
	})
}

// TestExploreForEach: the caller feeds two workers, one value ahead.
func TestExploreForEach(t *testing.T) {
	for _, opts := range [][]sched.QueueOption{nil, {sched.Ordered()}} {
		exploreQueue(t, func(r *explore.Run) {
			x := tvar.New(1)
			var err error
			p := newPit(r, 4, func() {
				err = sched.ForEach(ctx, slices.Values([]int{2, 3, 4}), func(tx *stm.Tx, n int) error {
					x.Set(tx, x.Get(tx)*10+n)
					return nil
				}, append(opts, sched.Workers(2), sched.LookAhead(1))...)
			})
			p.holds(func() bool {
				n := x.Load()
				return err == nil && n > 1000 && (opts == nil || n == 1234)
			}, "a value was lost or came too early")
		})
	}
}

// TestExploreSequences: two of them on two workers, which hand them on.
func TestExploreSequences(t *testing.T) {
	for _, opts := range [][]sched.QueueOption{nil, {sched.Ordered()}} {
		exploreQueue(t, func(r *explore.Run) {
			x := tvar.New(1)
			var err error
			p := newPit(r, 4, func() {
				q := sched.NewQueue(append(opts, sched.Workers(2))...)
				for i := range 2 {
					step := func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)*10+i); return nil }
					q.AddSeq(bodies(step, step))
				}
				err = q.Run(ctx)
			})
			p.holds(func() bool {
				n := x.Load()
				return err == nil && n >= 10000 && (opts == nil || n == 10011)
			}, "a step was lost or came too early")
		})
	}
}

// TestExploreGoexitAhead: a unit that ends its goroutine for something that
// never happens in the order.
func TestExploreGoexitAhead(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x := tvar.New(0)
		var err error
		p := newPit(r, 4, func() {
			q := sched.NewQueue(sched.Workers(2), sched.Ordered())
			q.Add(increment(x))
			q.Add(func(tx *stm.Tx) error {
				if x.Get(tx) == 0 {
					runtime.Goexit()
				}
				return increment(x)(tx)
			})
			err = q.Run(ctx)
		})
		p.holds(func() bool { return err == nil && x.Load() == 2 }, "a unit was lost")
	})
}

// TestExploreStop: a unit that waits is told that the queue has been stopped.
func TestExploreStop(t *testing.T) {
	exploreQueue(t, func(r *explore.Run) {
		x := tvar.New(0)
		q := sched.NewQueue(sched.Workers(2))
		var err error
		p := newPit(r, 4, func() {
			q.Add(func(tx *stm.Tx) error {
				tx.Check(x.Get(tx) > 0)
				return nil
			})
			q.Add(fails)
			err = q.Run(ctx)
		})
		p.holds(func() bool { return errors.Is(err, errUnit) && q.Len() == 1 }, "a unit was lost")
	})
}
