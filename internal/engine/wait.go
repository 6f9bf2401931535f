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
//
// Most cells wake all. One that wakes one at a time is waited for by goroutines
// of which none can go on unless the first can. It wakes that one, and hands it
// the baton: the duty to see to the next. The woken transaction does so by
// writing the cell, which wakes the next; if it ends otherwise it passes the
// baton on; if it waits for the cell again it does so at its old place. The wait
// bit of such a cell stays as long as somebody waits.
type sleeper struct {
	parker atomics.Parker
	woken  atomics.Pointer[Cell] // whose baton it got, or everybody
}

// everybody stands for the cells that wake all.
var everybody = new(Cell)

// wake wakes s, unless somebody has.
func (s *sleeper) wake(baton *Cell) bool { return s.woken.CompareAndSwap(nil, baton) }

// baton ends the sleep, and returns the cell whose baton s got, or nil.
func (s *sleeper) baton() *Cell {
	if s.wake(everybody) {
		return nil // by nobody, and now nobody will
	}
	if c := s.woken.Load(); c != everybody {
		return c
	}
	return nil
}

// A waiter links a sleeper to one cell.
type waiter struct {
	s *sleeper
	c *Cell
	a *annex // of c, when the waiter was listed there

	// Guarded by the annex. A writer that takes the list off owns prev.
	ticket     uint64 // order of arrival; who comes back keeps it
	listed     bool
	prev, next *waiter
}

// park sleeps until a cell in the read set changes or ctx ends. It returns at
// once if one has changed already.
func (tx *Tx) park(ctx context.Context) error {
	if len(tx.reads) == 0 {
		return ErrNothingRead
	}
	back, ticket := tx.baton, tx.ticket
	tx.baton = nil
	waiters := make([]waiter, len(tx.reads))
	s := &sleeper{parker: atomics.NewParker()}
	fresh, comesBack := true, false
	n := 0
	for ; n < len(waiters) && fresh; n++ {
		waiters[n].s = s
		if c := tx.reads[n].c; c == back {
			waiters[n].ticket = ticket
			comesBack = true
		}
		fresh = waiters[n].watch(tx.reads[n].c, tx.reads[n].word)
	}
	if back != nil && !comesBack {
		back.wakeOne(&tx.activity.slot)
	}
	tx.activity.slot.count(parks)
	if fresh {
		seen := sleeping.enter(tx.plan.Name, waiters)
		s.parker.Park(ctx.Done())
		sleeping.leave(seen)
	}
	for i := range waiters[:n] {
		waiters[i].forget()
	}
	if tx.baton = s.baton(); tx.baton != nil {
		for i := range waiters[:n] {
			if waiters[i].c == tx.baton {
				tx.ticket = waiters[i].ticket
				break // one that was read again has none, or a later one
			}
		}
	}
	err := ctx.Err()
	if err != nil {
		tx.passBaton()
	}
	return err
}

// passBaton wakes the next in the stead of tx, if tx has the baton.
func (tx *Tx) passBaton() {
	if c := tx.baton; c != nil {
		tx.baton = nil
		c.wakeOne(&tx.activity.slot)
	}
}

// watch puts w on the list of c. It reports false if c no longer has the
// version of word.
func (w *waiter) watch(c *Cell, word uint64) bool {
	a := c.lockAnnex()
	w.c, w.a = c, a
	if a.newest == nil || a.newest.s != w.s { // not read twice in a row
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

// link lists w before all who came later: as the newest, unless it comes back.
func (a *annex) link(w *waiter) {
	w.listed = true
	if w.ticket == 0 {
		a.tickets++
		w.ticket = a.tickets
	}
	var newer *waiter
	older := a.newest
	for older != nil && older.ticket > w.ticket {
		newer, older = older, older.next
	}
	if w.prev, w.next = newer, older; newer != nil {
		newer.next = w
	} else {
		a.newest = w
	}
	if older != nil {
		older.prev = w
	} else {
		a.oldest = w
	}
}

func (a *annex) unlink(w *waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		a.newest = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		a.oldest = w.prev
	}
	w.listed = false
}

// wakesOne reports whether c wakes one waiter at a time.
func (c *Cell) wakesOne() bool {
	a := c.x.Load()
	return a != nil && a.one // set before c was shared
}

// stillWaited is the wait bit of the new word of a cell that somebody waits for
// and that is being published.
func (c *Cell) stillWaited() uint64 {
	if c.wakesOne() {
		return waitBit
	}
	return 0
}

// wake wakes who waits for c: everybody, or who came first.
func (c *Cell) wake(by *activity) {
	if c.wakesOne() {
		c.wakeOne(by)
	} else {
		c.wakeAll(by)
	}
}

// wakeAll wakes everybody who waits for c, first come first.
func (c *Cell) wakeAll(by *activity) {
	if c.x.Load() == nil {
		return
	}
	a := c.lockAnnex()
	last := a.oldest
	for w := a.newest; w != nil; w = w.next {
		w.listed = false
	}
	a.newest, a.oldest = nil, nil
	c.unlockAnnex(a)
	for w := last; w != nil; w = w.prev {
		// One of several writers may come here for the same sleeper.
		if w.s.wake(everybody) {
			by.count(wakes)
			w.s.unpark()
		}
	}
}

// wakeOne wakes who waits for c and came first, with the baton.
func (c *Cell) wakeOne(by *activity) {
	a := c.lockAnnex()
	var s *sleeper
	for s == nil && a.oldest != nil {
		w := a.oldest
		a.unlink(w)
		if w.s.wake(c) {
			s = w.s
		}
	}
	if l := c.word.Load(); a.oldest == nil && l&lockBit == 0 && l&waitBit != 0 {
		// Nobody waits: whoever comes next needs the annex first, and sets
		// the bit anew. If the word moves the bit stays; that costs a look.
		c.word.CompareAndSwap(l, l&^waitBit)
	}
	c.unlockAnnex(a)
	if s != nil {
		by.count(wakes)
		s.unpark()
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
		if baton, _ := c.awaitWrite(ctx, word, 0); baton {
			c.wakeOne(others) // looking takes nothing away
		}
	}
}

// awaitWrite sleeps until c, whose word was word, has been written, or ctx ends.
// It stands in the queue by ticket, or at the end if that is 0. It returns
// whether it has the baton, and its ticket.
func (c *Cell) awaitWrite(ctx context.Context, word, ticket uint64) (baton bool, _ uint64) {
	w := []waiter{{s: &sleeper{parker: atomics.NewParker()}, ticket: ticket}}
	if w[0].watch(c, word&^waitBit) {
		others.count(parks)
		seen := sleeping.enter("", w)
		w[0].s.parker.Park(ctx.Done())
		sleeping.leave(seen)
	}
	w[0].forget()
	return w[0].s.baton() != nil, w[0].ticket
}
