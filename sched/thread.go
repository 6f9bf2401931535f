package sched

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// A Thread is a guest thread of a [Machine]. The goroutine that runs it calls
// all methods but [Thread.Doom]; it may change while the thread is outside of
// transactions.
//
//	          Enter                      Break
//	outside ─────────→ inside ←──────────────────────┐
//	   ↑                 │ └───→ next transaction ───┘
//	   └──────Leave──────┘
//
// Methods that return a [Status] have done all that it says: after Again, the
// thread is inside the next attempt. The operations of package heap have two
// forms. Those whose name begins with Try report false if the attempt is lost,
// and [Thread.Rollback] is to follow. The others panic then, for functions from
// which it is far to the dispatch loop; [Thread.Catch] stops the panic.
type Thread struct {
	budget   int // guest instructions until the next look around
	granted  int // what budget was
	used     int // instructions of the transaction before that
	unlooked int // instructions since it last looked around with the heap to itself, but for used; lookEvery at most

	m       *Machine
	guest   Guest
	e       engine.Guest
	inside  bool
	closure bool // the body of Atomically is the checkpoint
	due     bool // the transaction is to end at the next opportunity
	ahead   bool // it has effects before the region
	split   bool // it is to end before the next region begins
	site    uint32

	counted   bool  // among those inside
	disturbed bool  // another has come while t had the heap to itself
	alone     int   // transactions in a row without another thread inside
	length    int   // of the transaction, in instructions
	began     int64 // nanoseconds, at the first look; 0 before
	looks     int   // around, in this transaction
	regions   []region
	pending   []func() // natives put off until the commit
	elided    []*Mutex // held, and not written yet
	saved     saved
	strides   []stride

	id      uint64
	ctx     context.Context
	cancel  context.CancelCauseFunc
	parent  context.Context
	doom    atomics.Pointer[error]
	err     error // why it has ended
	closed  bool
	unwound bool // Must has panicked

	steps    int    // instructions of transactions that have ended
	limit    int    // of steps; 0 if there is none
	number   uint64 // of the last commit with effects
	unit     uint64 // the last number that NewID returned
	lastUnit uint64 // of those that are there for it
	lastTime int64
	locals   []*engine.Cell
	counts   counts
	public   MachineStats // guarded by the book, and so is index
	index    int
}

// saved is what a rollback restores beside what the Guest does.
type saved struct {
	steps  int
	region bool // the checkpoint is inside a region
}

// A region is an atomic region that has begun.
type region struct {
	part    engine.Part
	pending int // natives put off before
}

func newThread(m *Machine, ctx context.Context, g Guest) *Thread {
	t := &Thread{m: m, guest: g, parent: ctx, id: m.lastID.Add(1)}
	engine.NewGuest(&t.e)
	t.renew()
	m.book.add(t)
	return t
}

// renew gives t a context that can be ended.
func (t *Thread) renew() {
	t.ctx, t.cancel = context.WithCancelCause(t.parent)
	engine.SetContext(&t.e, t.ctx)
}

// Machine returns the Machine of t.
func (t *Thread) Machine() *Machine { return t.m }

// ID returns the number of t in its Machine, from 1.
func (t *Thread) ID() uint64 {
	if t == nil {
		return 0
	}
	return t.id
}

// Context returns the context of t. It ends when the thread is doomed.
func (t *Thread) Context() context.Context { return t.ctx }

// String describes t, for people.
func (t *Thread) String() string { return fmt.Sprintf("thread %d", t.id) }

// Engine is for the packages of this module. What it returns has no exported
// methods or fields. A nil Thread stands for whoever makes objects that nobody
// shares yet.
func (t *Thread) Engine() *engine.Guest {
	if t == nil {
		return engine.Unshared
	}
	return &t.e
}

// Own is for the packages of this module: a cell that only t uses, one for each
// number that NewOwn has returned.
func (t *Thread) Own(i uint32) *engine.Cell {
	for int(i) >= len(t.locals) {
		t.locals = append(t.locals, nil)
	}
	if t.locals[i] == nil {
		t.locals[i] = new(engine.Cell)
	}
	return t.locals[i]
}

// Close ends t for good. What is not committed is undone: it is to be called
// with defer, also for the case of a panic. Closing twice is the same as once.
func (t *Thread) Close() {
	if t.closed {
		return
	}
	t.closed = true
	if t.inside {
		t.abandon()
	}
	t.goOut() // of a thread whose OnCommit function has panicked
	t.err = ErrThreadClosed
	t.publish()
	t.cancel(ErrThreadClosed)
	t.m.book.remove(t)
	engine.Retire(&t.e)
	t.m.threads.Add(^uint32(0))
}

// abandon undoes what t has done since its transaction began, and leaves.
func (t *Thread) abandon() {
	if engine.Direct(&t.e) {
		t.undoRegions(0)
		t.release()
		return
	}
	t.forget()
	engine.Abort(&t.e)
	t.inside = false
	t.goOut()
	t.used = 0
}

// forget drops what belongs to an attempt that is being undone.
func (t *Thread) forget() {
	t.regions = t.regions[:0]
	clear(t.pending)
	t.pending = t.pending[:0]
	t.dropElided()
}
