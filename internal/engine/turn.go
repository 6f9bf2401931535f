package engine

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
)

// Turns are taken one at a time, first come first served, by who waits for the
// serial token or has collided on the same variable.
//
// Who has had a turn may take the next one before those who wait, until it has
// done a share of work: handing a turn to another core costs several small
// transactions, since all that they touch moves with it. Then it hands its turn
// to the first in the queue, and whoever comes joins the end. If it does not
// come back for its share the first in the queue takes the turn.
//
//	free ──take──→ held ──leave, share left──→ free
//	                 │
//	                 └───leave, share spent──→ held by the first in the queue
//
// Waiters poll, each a word of its own, and seldom the one that the holder
// writes. They may stand in different testing/synctest bubbles, where waking
// through a channel would end the process.
type turns struct {
	state   atomics.Uint64                   // counts takes and leaves: odd while held
	waiting atomics.Uint32                   // len(queue)
	last    atomics.Pointer[entry[activity]] // who had the latest turn
	_       line

	first  atomics.Pointer[place] // queue[0]; it may take a free turn
	served atomics.Uint64         // tickets that have left the queue

	mu     atomics.Mutex
	queue  []*place // by rank, then by arrival
	issued uint64   // tickets
	_      line
}

// A place is one goroutine's in a queue.
type place struct {
	granted atomics.Bool
	rank    uint64
	ticket  uint64
	busy    int    // polls made near the front
	seen    uint64 // the state when it was last looked at
	looked  int64  // when
}

// turnShare is the accesses after which the holder must let others go first. A
// turn counts as some in any case.
const (
	turnShare = 1024
	turnCost  = 2
)

// A waiter looks at the state after so many polls or so much time: each look
// takes the line away from the holder, who needs it for its next turn.
var lookEvery = map[bool]int{false: 64, true: 1}[atomics.Exploring]

const lookAfter = 2000 // nanoseconds

// An attendance is what a descriptor knows of its own turns.
type attendance struct {
	spent int // of the share, while it is the latest to have had a turn
}

// enter waits for a turn. It gives up with an error when ctx ends, and without
// one after patience polls, if that is not 0.
func (q *turns) enter(ctx context.Context, who *entry[activity], a *attendance, rank uint64, patience int) (ok bool, err error) {
	if q.waiting.Load() == 0 || a.spent < turnShare && who != nil && q.last.Load() == who {
		if s := q.state.Load(); s&1 == 0 && q.take(s, who, a) {
			return true, nil
		}
	}
	p := &place{rank: rank, seen: 1}
	q.join(p)
	for polls := 0; ; polls++ {
		switch {
		case p.granted.Load():
			q.last.Store(who)
			a.spent = 0
		case q.free(p) && q.take(p.seen, who, a):
			q.drop(p)
		case ctx.Err() != nil || patience > 0 && polls >= patience:
			if q.drop(p) {
				return false, ctx.Err()
			}
			continue // granted meanwhile
		default:
			if q == &token && p.busy > atomics.Sleepy {
				bark()
			}
			atomics.PauseLong(q.pace(p), func() bool {
				return p.granted.Load() || q.first.Load() == p && !q.held() || ctx.Err() != nil
			})
			continue
		}
		if err := ctx.Err(); err != nil {
			q.leave(a, turnShare)
			return false, err
		}
		return true, nil
	}
}

// free reports whether p is first and the turn has been free since it looked
// last, some time ago.
func (q *turns) free(p *place) bool {
	if q.first.Load() != p {
		return false
	}
	now := atomics.Nanotime()
	if p.busy%lookEvery != 0 && now-p.looked < lookAfter {
		return false
	}
	s := q.state.Load()
	idle := s&1 == 0 && s == p.seen
	p.seen, p.looked = s, now
	return idle
}

// near is how many places from the front waiters poll busily.
const near = 16

// busyPolls is how often they do, before they sleep between two polls: the
// holder may do something long.
const busyPolls = 1024

// pace is the round of polling for a waiter at its place. Those who stand far
// back sleep about as long as the ones before them need.
func (q *turns) pace(p *place) int {
	if ahead := int(p.ticket - q.served.Load()); ahead > near {
		return atomics.Sleepy + ahead - near/2
	}
	p.busy++
	if p.busy < busyPolls {
		return min(p.busy, atomics.Sleepy-1)
	}
	return atomics.Sleepy + min(p.busy-busyPolls, near)
}

// take makes a free turn, whose state is s, the caller's.
func (q *turns) take(s uint64, who *entry[activity], a *attendance) bool {
	if !q.state.CompareAndSwap(s, s+1) {
		return false
	}
	if q.last.Load() != who {
		q.last.Store(who)
		a.spent = 0
	}
	return true
}

// leave gives the turn back after so many accesses.
func (q *turns) leave(a *attendance, accesses int) {
	a.spent += accesses + turnCost
	if q.waiting.Load() == 0 || a.spent < turnShare || !q.handOver() {
		// Pairs with the taker's exchange: what was done in this turn comes
		// before the next.
		q.state.Store(q.state.Load() + 1)
	}
}

// handOver gives the turn to the first in the queue.
func (q *turns) handOver() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		return false
	}
	p := q.queue[0]
	q.remove(0)
	p.granted.Store(true)
	return true
}

func (q *turns) held() bool { return q.state.Load()&1 != 0 }

// join adds p behind all of its rank.
func (q *turns) join(p *place) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.issued++
	p.ticket = q.issued
	i := len(q.queue)
	for i > 0 && q.queue[i-1].rank > p.rank {
		i--
	}
	q.queue = append(q.queue, nil)
	copy(q.queue[i+1:], q.queue[i:])
	q.queue[i] = p
	q.changed()
}

// drop takes p out of the queue. It reports false if p is not there any more:
// the turn has been handed to it.
func (q *turns) drop(p *place) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.queue {
		if q.queue[i] == p {
			q.remove(i)
			return true
		}
	}
	return false
}

func (q *turns) remove(i int) {
	copy(q.queue[i:], q.queue[i+1:])
	q.queue[len(q.queue)-1] = nil
	q.queue = q.queue[:len(q.queue)-1]
	q.served.Store(q.served.Load() + 1)
	q.changed()
}

// changed publishes what is looked at without the mutex.
func (q *turns) changed() {
	var first *place
	if len(q.queue) > 0 {
		first = q.queue[0]
	}
	q.first.Store(first)
	q.waiting.Store(uint32(len(q.queue)))
}
