//go:build stmexplore

package explore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Who goes first after a conflict: each policy, and each thing that a policy
// may ask for. Progress is the explorer's to watch: a run in which nobody can
// go on, or which does not end, fails.

// always is a policy that takes the same step after every loss.
type always stm.Step

func (a always) Next(stm.Loss) stm.Step { return stm.Step(a) }

// byRank queues, and there who lost for the first time last goes first.
type byRank struct{}

func (byRank) Next(l stm.Loss) stm.Step { return stm.Step{Queue: true, Rank: ^l.Order} }

var policies = map[string]stm.Policy{
	"Ladder":    sched.Ladder{},
	"impatient": sched.Ladder{QueueSame: 1, SerialLosses: 2},
	"Backoff":   sched.Backoff{},
	"Greedy":    sched.Greedy{},
	"Karma":     sched.Karma{},
	"Serialize": sched.Serialize{},
	"Random":    sched.Random(1),
	"at once":   always{},
	"queue":     always{Queue: true},
	"by rank":   byRank{},
	"limit":     always{Limit: true, Queue: true},
}

// counting is a body that reads and writes x, and counts itself.
func counting(x *tvar.Var[int], bodies *int) func(tx *stm.Tx) error {
	return func(tx *stm.Tx) error {
		*bodies++
		x.Set(tx, x.Get(tx)+1)
		return nil
	}
}

// TestPoliciesBoundAttempts: two rivals make a transaction start over twice at
// most, whatever its policy; and those that serialize after a loss or two do
// so.
func TestPoliciesBoundAttempts(t *testing.T) {
	most := map[string]int{"Serialize": 2, "impatient": 3}
	for name, p := range policies {
		t.Run(name, func(t *testing.T) {
			bound, ok := most[name]
			if !ok {
				bound = 3
			}
			checkUpTo(t, 800, func(w *world) {
				x := newVar(w, 0)
				bodies := 0
				w.tx("T0", counting(x, &bodies), stm.WithPolicy(p))
				for _, rival := range []string{"T1", "T2"} {
					w.Go(rival, func() { x.Modify(func(n int) int { return n + 1 }) })
				}
				w.holds(func() bool { return x.Load() == 3 }, "an update was lost")
				w.holds(func() bool { return bodies <= bound }, "an attempt more than the policy allows")
			})
		})
	}
}

// TestEqualRivals of one policy all commit, and lose to nobody but each other:
// of three, one loses to none, one to one other, and one to two.
func TestEqualRivals(t *testing.T) {
	for name, p := range policies {
		t.Run(name, func(t *testing.T) {
			checkUpTo(t, 800, func(w *world) {
				x := newVar(w, 0)
				bodies := 0
				for _, guest := range []string{"T0", "T1", "T2"} {
					w.tx(guest, counting(x, &bodies), stm.WithPolicy(p))
				}
				w.holds(func() bool { return x.Load() == 3 }, "an update was lost")
				w.holds(func() bool { return bodies <= 1+2+3 }, "an attempt was lost to nobody")
			})
		})
	}
}

// TestTurnsInVain: two transactions with the same variables, in opposite
// order, lose to each other in different places, also while they have a turn.
func TestTurnsInVain(t *testing.T) {
	for _, name := range []string{"Ladder", "Greedy", "queue", "limit"} {
		t.Run(name, func(t *testing.T) {
			checkUpTo(t, 1500, func(w *world) {
				x, y := newVar(w, 0), newVar(w, 0)
				bodies := 0
				both := func(first, second *tvar.Var[int]) func(tx *stm.Tx) error {
					return func(tx *stm.Tx) error {
						bodies++
						first.Set(tx, first.Get(tx)+1)
						second.Set(tx, second.Get(tx)+1)
						return nil
					}
				}
				w.tx("T0", both(x, y), stm.WithPolicy(policies[name]))
				w.tx("T1", both(y, x), stm.WithPolicy(policies[name]))
				w.Go("T2", func() {
					for _, v := range []*tvar.Var[int]{x, y} {
						v.Modify(func(n int) int { return n + 1 })
					}
				})
				w.holds(func() bool { return x.Load() == 3 && y.Load() == 3 }, "an update was lost")
				w.holds(func() bool { return bodies <= (1+2)+(1+3) }, "an attempt was lost to nobody")
			})
		})
	}
}

// TestTurnsArePassedOn: whoever has a turn on a variable gives it up, however
// its attempt ends, and whoever waits for one may leave.
func TestTurnsArePassedOn(t *testing.T) {
	endings := map[string]func(tx *stm.Tx) error{
		"error":       func(*stm.Tx) error { return errPart },
		"panic":       func(*stm.Tx) error { panic("x") },
		"irrevocable": func(tx *stm.Tx) error { tx.Irrevocable(); return nil },
	}
	step := always{Limit: true, Queue: true}
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			checkUpTo(t, 1200, func(w *world) {
				x := newVar(w, 0)
				bodies := 0
				w.Go("T0", func() {
					recovered(func() {
						_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
							x.Set(tx, x.Get(tx)+1)
							if tx.Attempt() > 1 {
								return end(tx)
							}
							return nil
						}, stm.WithPolicy(step))
					})
				})
				for _, guest := range []string{"T1", "T2"} {
					w.tx(guest, counting(x, &bodies), stm.WithPolicy(step))
				}
				w.holds(func() bool { n := x.Load(); return n == 2 || n == 3 }, "an update was lost")
			})
		})
	}
}

// TestTurnsCancelled: who gives up while it waits for its turn takes neither
// the turn nor its place among the restarts along.
func TestTurnsCancelled(t *testing.T) {
	for name, step := range map[string]always{
		"turn":              {Queue: true},
		"turn and restarts": {Limit: true, Queue: true},
		"restarts":          {Limit: true},
		"token":             {Serialize: true},
	} {
		t.Run(name, func(t *testing.T) {
			checkUpTo(t, 1500, func(w *world) {
				x := newVar(w, 0)
				c := explore.NewContext()
				var err error
				bodies := 0
				w.Go("T0", func() {
					err = stm.Atomically(c, func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+10); return nil }, stm.WithPolicy(step))
				})
				w.tx("T1", counting(x, &bodies), stm.WithPolicy(step))
				w.Go("T2", func() {
					x.Modify(func(n int) int { return n + 1 })
					c.Cancel()
				})
				w.holds(func() bool {
					return x.Load() == 12 && err == nil || x.Load() == 2 && errors.Is(err, context.Canceled)
				}, "what a transaction did and what it returned differ")
			})
		})
	}
}

// TestTokenIsHandedOn in the order of the queue: an irrevocable transaction,
// one that escalates, and one that is cancelled.
func TestTokenIsHandedOn(t *testing.T) {
	checkUpTo(t, 2000, func(w *world) {
		x := newVar(w, 0)
		effects, bodies := 0, 0
		w.tx("T0", irrevocable(x, &effects))
		w.tx("T1", counting(x, &bodies), stm.WithPolicy(sched.Serialize{}))
		w.tx("T2", irrevocable(x, &effects))
		w.holds(func() bool { return effects == 2 && x.Load() == 3 }, "an effect was repeated, or an update lost")
		w.holds(func() bool { return bodies <= 2 }, "an attempt was lost under the token")
	})
}
