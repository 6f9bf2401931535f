package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A BoundedQueue is a ring of slots, and two positions on it:
//
//	        head                 tail
//	         ↓                    ↓
//	│   │   │ a │ b │ c │ d │ e │   │   │
//
// A push fills the slot at tail and moves tail, a pop clears the slot at head
// and moves head. So a slot says by itself whether it has room, or an item.
//
// Nobody moves a position without writing the slot there, so this slot also
// says whether the position is right. Pushes and pops depend on slots, and only
// peek at positions; a read of tail is a wait for an item, one of head a wait
// for room. That is why both can wake one waiter at a time: all who have read
// tail found the queue empty, having taken nothing from it, and all who have
// read head found it full, having put nothing into it.
//
// The TBQueue of Haskell's stm package had two numbers of credits instead,
// which are brought together when one of them is used up. Slots keep pushes and
// pops apart just as well, with a variable less to write, and take no second
// look at what the other side has done.

// A tail is the position of the tail, and whether the queue is closed.
type tail int

func tailAt(i int) tail { return tail(i << 1) }

func (t tail) at() int      { return int(t >> 1) }
func (t tail) closed() bool { return t&1 != 0 }
func (t tail) close() tail  { return t | 1 }

// after returns the position after i, and before the one before it.
func (q *BoundedQueue[T]) after(i int) int {
	if i++; i < len(q.slots) {
		return i
	}
	return 0
}

func (q *BoundedQueue[T]) before(i int) int {
	if i == 0 {
		i = len(q.slots)
	}
	return i - 1
}

// look returns what slot i holds, without a dependence on it.
func (q *BoundedQueue[T]) look(tx *stm.Tx, i int) state {
	return stateOf(engine.Peek(tx.Engine(), &q.slots[i].cell))
}

// first returns the position of the head and what its slot holds. The
// transaction depends on the slot, and so on both.
func (q *BoundedQueue[T]) first(tx *stm.Tx) (int, engine.Value) {
	for {
		h := q.head.Peek(tx)
		v := engine.Read(tx.Engine(), &q.slots[h].cell)
		if q.head.Peek(tx) == h { // with that read the state may have moved on
			return h, v
		}
	}
}

// last returns the position of the tail and what its slot holds. The
// transaction depends on the slot, and so on both.
func (q *BoundedQueue[T]) last(tx *stm.Tx) (tail, engine.Value) {
	for {
		t := q.tail.Peek(tx)
		v := engine.Read(tx.Engine(), &q.slots[t.at()].cell)
		if q.tail.Peek(tx) == t {
			return t, v
		}
	}
}

// fill makes x what slot i holds.
func (q *BoundedQueue[T]) fill(tx *stm.Tx, i int, x T) {
	engine.Write(tx.Engine(), &q.slots[i].cell, encode(x, q.kind))
}

// touch writes slot i, which holds v, as it is: for whoever depends on a
// position there.
func (q *BoundedQueue[T]) touch(tx *stm.Tx, i int, v engine.Value) {
	if v.Kind == engine.Zero {
		v = nothingAtAll
	}
	engine.Write(tx.Engine(), &q.slots[i].cell, v)
}

// awaitItem waits until the slot at h, the head, is filled or the queue is
// closed. It returns if that has happened already, or if the head has moved.
func (q *BoundedQueue[T]) awaitItem(tx *stm.Tx, h int) {
	if engine.Written(tx.Engine(), &q.head.cell) {
		// The transaction has taken items and wants more than there are.
		// Others may be content with those, so it must not stand before them.
		engine.Read(tx.Engine(), &q.slots[h].cell)
	} else {
		q.tail.Get(tx)
	}
	// With that read the state may have moved on.
	if q.look(tx, h) == nothing && q.head.Peek(tx) == h && !q.tail.Peek(tx).closed() {
		tx.Retry()
	}
}

// awaitRoom waits until the slot at t, the tail, is cleared or the queue is
// closed. It returns if that has happened already, or if the tail has moved.
func (q *BoundedQueue[T]) awaitRoom(tx *stm.Tx, t tail) {
	if engine.Written(tx.Engine(), &q.tail.cell) {
		engine.Read(tx.Engine(), &q.slots[t.at()].cell) // as in awaitItem
	} else {
		q.head.Get(tx)
	}
	if q.look(tx, t.at()) == something && q.tail.Peek(tx) == t {
		tx.Retry()
	}
}
