package sched

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
)

// A Body is what a transaction runs, as in [stm.Atomically].
type Body = func(tx *stm.Tx) error

// A Queue runs units of work in parallel, each a transaction of its own. The
// result is that of running them one after the other: in some order, or with
// [Ordered] in the order in which they were added.
//
// [Queue.Run] works until nothing is left. A unit may add further units with
// [Queue.AddTx]; they exist if its transaction commits. A unit that goes on
// after its commit is a sequence of bodies: see [Queue.AddSeq].
//
// The first unit that fails stops the queue: what has begun is finished, the
// rest stays in the queue, for another Run or for [Queue.Drain].
//
// The zero Queue is ready to use: it has a worker for each processor and no
// order. A Queue must not be copied once it is in use. Its methods may be
// called from any goroutine, but Add, AddSeq and Run not inside a body: they
// panic where they are noticed there.
//
// A unit costs what its transaction costs on a [Worker] and some twenty
// nanoseconds more; it allocates nothing beside its body. The queue keeps its
// own state outside of transactional memory, so it never makes a unit lose.
//
// After the TransactionQueue of PyPy-STM (Rigo, Meier, 2013).
type Queue struct {
	config
	mu    atomics.Mutex
	units fifo  // added and not begun; some more are in the batches of the crew
	added int   // index of the next unit
	done  int   // units that have been run to their end
	crew  *crew // of the Run under way, or nil
}

// NewQueue returns a Queue. It needs no closing.
func NewQueue(opts ...QueueOption) *Queue {
	q := new(Queue)
	for _, o := range opts {
		if o.set != nil {
			o.set(&q.config)
		}
	}
	return q
}

// A unit is something to be run: one transaction, or a sequence of them.
type unit struct {
	body  Body // of the one transaction, or nil
	more  *more
	index int // how many units were added before
}

// more is what few units have.
type more struct {
	steps *steps // instead of the unit's body
	opts  []stm.Option
}

func newUnit(body Body, opts []stm.Option) unit {
	if body == nil {
		panic("sched: nil body")
	}
	u := unit{body: body}
	if len(opts) > 0 {
		u.more = &more{opts: opts}
	}
	return u
}

func newSequence(seq iter.Seq[Body], opts []stm.Option) unit {
	if seq == nil {
		panic("sched: nil sequence")
	}
	return unit{more: &more{&steps{seq: seq}, opts}}
}

func (u *unit) steps() *steps {
	if u.more == nil {
		return nil
	}
	return u.more.steps
}

func (u *unit) options() []stm.Option {
	if u.more == nil {
		return nil
	}
	return u.more.opts
}

// Add puts a unit into the queue: the transaction that
// [Worker.Atomically] would run with body and opts. stm.Name names the unit.
//
// A unit added while Run is under way is run by it, unless Run has found the
// queue empty just before; then it waits for the next Run.
func (q *Queue) Add(body Body, opts ...stm.Option) {
	q.add(newUnit(body, opts))
}

// AddSeq puts a unit into the queue that consists of several transactions, the
// bodies that seq yields. Each is a transaction of its own, and seq goes on
// when it has committed; so seq sees what it did, and others see it too. Other
// units are run in between; in an ordered queue they are not, and the bodies
// stand where the unit was added.
//
// seq is iterated by one worker at a time, outside of transactions, but not
// always by the same one. A body that fails ends it: yield then reports false.
func (q *Queue) AddSeq(seq iter.Seq[Body], opts ...stm.Option) {
	q.add(newSequence(seq, opts))
}

// AddTx is [Queue.Add] as an effect of the transaction tx: the unit exists
// once tx has committed. In an ordered queue it comes after all units
// that were there at that time, so that units added by units stand in the order
// of those that added them.
func (q *Queue) AddTx(tx *stm.Tx, body Body, opts ...stm.Option) {
	q.addTx(tx, newUnit(body, opts))
}

// AddSeqTx is [Queue.AddSeq] as an effect of the transaction tx.
func (q *Queue) AddSeqTx(tx *stm.Tx, seq iter.Seq[Body], opts ...stm.Option) {
	q.addTx(tx, newSequence(seq, opts))
}

func (q *Queue) add(u unit) {
	q.mu.Lock()
	defer q.mu.Unlock()
	// A static mistake shows at first or never.
	if invariants.Enabled || q.added < 64 {
		refuseInside("sched: Queue.Add inside a body, which may run several times: use AddTx")
	}
	q.push(u)
}

func (q *Queue) addTx(tx *stm.Tx, u unit) {
	tx.OnCommit(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.push(u)
	})
}

// push appends u and sees to it that somebody runs it. The caller holds mu.
func (q *Queue) push(u unit) {
	u.index = q.added
	q.added++
	q.units.push(u)
	if q.crew != nil {
		q.crew.want()
	}
}

// refuseInside panics with message if the caller is known to run a body.
func refuseInside(message string) {
	defer func() {
		if recover() != nil {
			panic(message)
		}
	}()
	engine.RefuseNested()
}

// Len returns the number of units that have not begun. A sequence counts as one
// until its last transaction has.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.left()
}

func (q *Queue) left() int {
	n := q.units.len()
	if q.crew != nil {
		for _, m := range q.crew.stocked {
			n += m.batch.len()
		}
	}
	return n
}

// String describes the queue, for people.
func (q *Queue) String() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	kind := "queue"
	if q.ordered {
		kind = "ordered queue"
	}
	s := fmt.Sprintf("%s: %d units left, %d done", kind, q.left(), q.done)
	if c := q.crew; c != nil {
		s += fmt.Sprintf("; %d workers busy, %d waiting", c.counts[busy], c.counts[blocked])
	}
	return s
}

// A Unit is a unit that has not been run.
type Unit struct {
	Index   int            // how many units were added before it
	Name    string         // given by stm.Name
	Body    Body           // what was given to Add, or nil
	Seq     iter.Seq[Body] // what is left of what was given to AddSeq, or nil
	Options []stm.Option   // for either
}

// Drain removes and returns the units that have not begun, in the order in
// which they were added. A sequence that has begun goes on where it was, once;
// it holds a goroutine until it is iterated, if only to break off.
func (q *Queue) Drain() []Unit {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.crew != nil {
		panic("sched: Queue.Drain during Run: cancel its context and wait for it to return")
	}
	var w Worker
	q.units.sort()
	left := make([]Unit, 0, q.units.len())
	for u, ok := q.units.pop(); ok; u, ok = q.units.pop() {
		x := Unit{Index: u.index, Name: w.plan(u.options()).Name, Body: u.body, Options: u.options()}
		if s := u.steps(); s != nil {
			x.Seq = s.rest
		}
		left = append(left, x)
	}
	return left
}
