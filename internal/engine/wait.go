package engine

import (
	"context"
	"errors"

	"github.com/weft-stm/weft/internal/atomics"
)

// ErrNothingRead says that a transaction would sleep for ever.
var ErrNothingRead = errors.New("stm: Retry, but the transaction has read no variable whose change could wake it")

// A sleeper is one goroutine waiting once. It stands in the list of every cell
// that it waits for; who wakes it first wins.
//
//	sleeper                              writer
//	1 push a waiter on c's annex         1 lock c: old word
//	2 set the wait bit in the word       2 publish: word without wait bit
//	  whose version it read; if the      3 if old had the wait bit: take the
//	  version moved, do not sleep          list of c's annex, wake all
//	3 sleep
//
// Both touch the same word by compare-and-swap. So the bit is in the word that
// the writer locks, and step 1 came before; or the sleeper finds the word
// locked or newer, waits for the lock, and stays awake.
type sleeper struct {
	parker atomics.Parker
	woken  atomics.Bool
}

// A waiter links a sleeper to one cell.
type waiter struct {
	s *sleeper
	c *Cell
	a *annex // of c, when the waiter was listed there

	// Guarded by the annex. A writer that takes the list off owns prev.
	listed     bool
	prev, next *waiter
}

// park sleeps until a cell in the read set changes or ctx ends. It returns at
// once if one has changed already.
func (tx *Tx) park(ctx context.Context) error {
	if len(tx.reads) == 0 {
		return ErrNothingRead
	}
	waiters := make([]waiter, len(tx.reads))
	s := &sleeper{parker: atomics.NewParker()}
	fresh := true
	n := 0
	for ; n < len(waiters) && fresh; n++ {
		waiters[n].s = s
		fresh = waiters[n].watch(tx.reads[n].c, tx.reads[n].word)
	}
	tx.activity.slot.count(parks)
	if fresh {
		s.parker.Park(ctx.Done())
	}
	for i := range waiters[:n] {
		waiters[i].forget()
	}
	return ctx.Err()
}

// watch puts w on the list of c. It reports false if c no longer has the
// version of word.
func (w *waiter) watch(c *Cell, word uint64) bool {
	a := c.lockAnnex()
	w.c, w.a = c, a
	if a.waiters == nil || a.waiters.s != w.s { // not read twice in a row
		a.link(w)
	}
	a.mu.Unlock()
	for {
		l := c.unlocked()
		if l&^waitBit != word {
			return false
		}
		if l&waitBit != 0 || c.word.CompareAndSwap(l, l|waitBit) {
			return true
		}
	}
}

// forget takes w off its list if no writer has. The wait bit stays until the
// next write, which then finds nobody.
func (w *waiter) forget() {
	w.a.mu.Lock()
	if w.listed {
		w.a.unlink(w)
	}
	w.c.unlockAnnex(w.a)
}

func (a *annex) link(w *waiter) {
	w.listed = true
	if w.next = a.waiters; w.next != nil {
		w.next.prev = w
	}
	a.waiters = w
}

func (a *annex) unlink(w *waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		a.waiters = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	}
	w.listed = false
}

// wakeAll wakes everybody who waits for c, first come first.
func (c *Cell) wakeAll(by *activity) {
	if c.x.Load() == nil {
		return
	}
	a := c.lockAnnex()
	last := a.waiters
	for w := last; w != nil; w = w.next {
		w.listed = false
		last = w
	}
	a.waiters = nil
	c.unlockAnnex(a)
	for w := last; w != nil; w = w.prev {
		// One of several writers may come here for the same sleeper.
		if w.s.woken.CompareAndSwap(false, true) {
			by.count(wakes)
			w.s.unpark()
		}
	}
}

// Await returns once done accepts the value of c, or ctx ends.
func Await(ctx context.Context, c *Cell, done func(Value) bool) error {
	for {
		v, word := c.sample()
		if done(v) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		w := waiter{s: &sleeper{parker: atomics.NewParker()}}
		if w.watch(c, word&^waitBit) {
			others.count(parks)
			w.s.parker.Park(ctx.Done())
		}
		w.forget()
	}
}
