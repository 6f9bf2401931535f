package sched

import (
	"errors"

	"github.com/weft-stm/weft/internal/atomics"
)

// ErrOrderedRetry is the error of a unit of an ordered queue that calls Retry
// although all units before it have committed: those after it commit later, so
// none can make the change that it waits for.
var ErrOrderedRetry = errors.New("sched: Retry in a unit of an ordered queue, and no unit before it is left: use AwaitOutside if others make the change")

// Ordered makes the result that of running the units one after the other in
// the order in which they were added, OnCommit hooks included: all that a unit
// did comes before what the next one does. They are run in parallel all the
// same, ahead of their turn and on the assumption that those before change
// nothing which they read; a unit that turns out to have been wrong is run
// again. How far ahead adapts to how often that happens.
//
// What a unit does ahead of its turn does not count unless it commits: an
// error, a panic or a Retry only means that it is run again in its turn. But
// it sees a state in which units before it may not have run, and must come to
// an end then.
//
// A unit that calls Retry waits for the units before it; if there are none
// left it fails with [ErrOrderedRetry], unless there is [AwaitOutside].
//
// A unit given the option stm.Irrevocable is run in its turn only. Ahead of its
// turn a unit must not call Tx.Irrevocable, and panics where it would
// wait for ever. An OnCommit hook must not call stm.Quiesce: it would wait
// for the units ahead.
//
// A unit ahead of its turn costs some fifty nanoseconds more, and handing on
// the turn a few hundred. Hence units that do nothing but touch a few variables
// are faster on one worker; from about a microsecond each they gain.
//
// The idea of speculating in a preset order is that of Block-STM (Gelashvili et
// al., 2022), and of Transactional Futures before it.
func Ordered() QueueOption {
	return QueueOption{func(c *config) { c.ordered = true }}
}

// AwaitOutside lets a unit of an ordered queue sleep in a Retry when all units
// before it have committed, until a transaction that is not of the queue makes
// the change.
func AwaitOutside() QueueOption {
	return QueueOption{func(c *config) { c.outside = true }}
}

// An order says whose turn it is. Units have positions, from 0, in the order in
// which they are taken from the queue; that is the order in which they were
// added.
//
//	 committed   turn            taken
//	────────────┼───┬───┬───┬───┼──────→ positions
//	            │ in its turn   │ in the queue
//	                └── ahead ──┘
//
// A unit ahead runs its body as a transaction that waits for its turn before
// it commits. It holds no lock then. It must hold no place in a queue either,
// or who is before it could wait for it: so it is one attempt, which never
// takes the serial token.
type order struct {
	turn    atomics.Uint64 // written under the lock of the queue
	taken   uint64
	waiting []*member // asleep before their turn
	pace    pace
}

// near reports whether the unit at pos may be run ahead of its turn.
func (o *order) near(pos uint64) bool { return pos-o.turn.Load() <= uint64(o.pace.depth) }

// advance gives the turn to the next position. kept says whether what the unit
// whose turn it was had done ahead of it is what it has committed.
func (o *order) advance(kept bool) {
	if kept {
		o.pace.kept()
	} else {
		o.pace.alone()
	}
	turn := o.turn.Load() + 1
	// Pairs with a member that looks whether its turn has come: what the unit
	// before it did has been published.
	o.turn.Store(turn)
	for i, m := range o.waiting {
		if m.seat.pos == turn {
			last := len(o.waiting) - 1
			o.waiting[i] = o.waiting[last]
			o.waiting = o.waiting[:last]
			m.setState(busy)
			m.parker.Unpark()
			return
		}
	}
}
