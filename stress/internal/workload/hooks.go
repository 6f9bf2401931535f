package workload

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/weft-stm/weft/stress/internal/memory"
)

var hooks = &Workload{
	Name:    "hooks",
	Doc:     "transactions and nested parts with hooks, some fail; of each attempt either all OnCommit hooks run in order or all OnRollback hooks in reverse, once",
	Needs:   memory.Hooks | memory.Nested,
	Expects: []Event{Conflict},
	Least:   2,
	Make:    makeHooks,
}

var errPart = errors.New("part")

// A hookLog is what the hooks of one hand's transaction did.
type hookLog struct {
	attempts, commits, rollbacks int
	order                        []int // of the attempt that ended last
}

// expect compares the hooks that ran with those that should have.
func (l *hookLog) expect(committed bool) error {
	want := 0
	if committed {
		want = 1
	}
	if l.commits != want || l.rollbacks != l.attempts-want {
		return violated("hooks: %d attempts, %d of them committed: OnCommit ran %d times, OnRollback %d times",
			l.attempts, want, l.commits, l.rollbacks)
	}
	return nil
}

func makeHooks(hands int, _ *rand.Rand) *Instance {
	var l layout
	a := newAccounts(&l, 16, 100)
	led := newLedger(&l, hands)
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			fail := h.Rand.IntN(4) == 0
			var log hookLog
			err := h.Update(ctx, "transfer", func(tx Tx) error {
				log.attempts++
				log.order = nil
				hook(tx, &log)
				if err := led.enter(tx, h.ID); err != nil {
					return err
				}
				if err := failingPart(tx, a); err != nil {
					return err
				}
				if err := a.transfer(tx, h.Rand); err != nil || !fail {
					return err
				}
				return errPart
			})
			led.report(h.ID, err)
			if bad := log.expect(err == nil); bad != nil {
				return bad
			}
			if errors.Is(err, errPart) {
				return nil
			}
			return err
		},
		Check: func(get func(v int) int64) error {
			if err := led.check(get); err != nil {
				return err
			}
			return a.check(get)
		},
	}
}

// hook registers hooks that see to their order.
func hook(tx Tx, log *hookLog) {
	for i := range 3 {
		tx.OnCommit(func() {
			if len(log.order) == i {
				log.order = append(log.order, i)
			}
			if len(log.order) == 3 && i == 2 {
				log.commits++
			}
		})
	}
	undone := 0
	for i := range 3 {
		tx.OnRollback(func() {
			if undone == 2-i {
				undone++
			}
			if undone == 3 && i == 0 {
				log.rollbacks++
			}
		})
	}
}

// failingPart writes and fails: its writes and its OnCommit hook vanish, and
// its OnRollback hook runs.
func failingPart(tx Tx, a accounts) error {
	before, rolledBack := tx.Get(a.first), false
	err := tx.Nested(func() error {
		tx.Set(a.first, before+1000)
		tx.OnCommit(func() { panic("hooks: the hook of a failed part runs") })
		tx.OnRollback(func() { rolledBack = true })
		return errPart
	})
	if after := tx.Get(a.first); err != errPart || !rolledBack || after != before {
		return violated("hooks: a failed part returned %v, was rolled back: %v, left %d where %d was", err, rolledBack, after, before)
	}
	return nil
}
