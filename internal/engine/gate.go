package engine

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
)

// The serial token lets one transaction at a time run without losing: while
// its holder keeps the gate closed, no other update commits. Bodies and reads
// of others go on.
//
//	holder                         committer
//	1 take the token (FIFO)        1 lock the write set
//	2 close the gate               2 gate closed: unlock, wait, start over
//	3 sample the clock, run        3 draw, validate, publish, unlock
//	4 commit, open the gate
//
// A committer checks the gate after it has all its locks. So when the holder
// finds a cell unlocked after it closed the gate, nobody will publish that
// cell before the gate opens: the committers that passed the gate held their
// locks already, and those that come later let go. Hence the holder's reads
// stay valid, its extensions succeed, and its commit cannot fail.
var gate struct {
	_      line
	closed atomics.Bool
	holder atomics.Uint64 // goroutine, to catch a wait for itself
	_      line
}

// token is who may close the gate. Waiters poll: see PauseLong.
var token struct {
	mu    atomics.Mutex
	held  bool
	queue []*ticket
}

type ticket struct {
	granted atomics.Bool
}

// acquireToken waits for the token, first come first served, and closes the
// gate.
func acquireToken(ctx context.Context) error {
	refuseSelf()
	token.mu.Lock()
	if !token.held {
		token.held = true
		token.mu.Unlock()
	} else {
		t := new(ticket)
		token.queue = append(token.queue, t)
		token.mu.Unlock()
		if err := t.wait(ctx); err != nil {
			return err
		}
	}
	gate.holder.Store(uint64(invariants.Goroutine()))
	gate.closed.Store(true)
	return nil
}

// wait returns once t has been granted, or with an error and out of the queue.
func (t *ticket) wait(ctx context.Context) error {
	for round := 0; !t.granted.Load(); round++ {
		if err := ctx.Err(); err != nil {
			if t.cancel() {
				return err
			}
			continue // granted meanwhile
		}
		atomics.PauseLong(round, func() bool { return t.granted.Load() || ctx.Err() != nil })
	}
	if err := ctx.Err(); err != nil {
		passToken()
		return err
	}
	return nil
}

// cancel leaves the queue. It reports false if the token has been granted.
func (t *ticket) cancel() bool {
	token.mu.Lock()
	defer token.mu.Unlock()
	for i, q := range token.queue {
		if q == t {
			token.queue = append(token.queue[:i], token.queue[i+1:]...)
			return true
		}
	}
	return false
}

// releaseToken opens the gate and hands the token on.
func releaseToken() {
	gate.holder.Store(0)
	// Pairs with the committers' check: what the holder published comes first.
	gate.closed.Store(false)
	passToken()
}

func passToken() {
	token.mu.Lock()
	if len(token.queue) == 0 {
		token.held = false
		token.queue = nil
	} else {
		token.queue[0].granted.Store(true)
		token.queue = token.queue[1:]
	}
	token.mu.Unlock()
}

func gateClosed() bool { return gate.closed.Load() }

// awaitGate waits until the gate has been open.
func awaitGate() {
	refuseSelf()
	for round := 0; gate.closed.Load(); round++ {
		atomics.PauseLong(round, func() bool { return !gate.closed.Load() })
	}
}

// refuseSelf panics if this goroutine itself keeps the gate closed: it would
// wait for ever.
func refuseSelf() {
	if g := gate.holder.Load(); g != 0 && g == uint64(invariants.Goroutine()) {
		panic(misuseNested)
	}
}
