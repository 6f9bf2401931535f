// Package tvar provides transactional variables: what transactions of package
// stm read and write.
//
// A [Var] holds one value of any type. Inside a transaction it is used through
// the transaction's handle ([Var.Get], [Var.Set]); single steps outside of one
// ([Var.Load], [Var.Store], [Var.Modify]) are atomic by themselves and cost a
// quarter of a transaction.
//
// Values are immutable by contract. A transaction that changes a slice, a map
// or a pointee which it got from a Var changes it for everybody at once, and
// neither a conflict nor a rollback can tell. In particular append may write
// into the array of the old slice: clip it first (slices.Clip), or use
// slices.Concat.
//
// Numbers, bools, pointers, channels, maps, functions and strings are stored
// in place; a value of any other type is copied to the heap by each write.
//
// # Structures
//
// The structures are made of variables, and each says over which of them
// transactions conflict:
//
//	Map, Set             single keys, also while they grow
//	OrderedMap           keys, ranges that are read, and neighbours that come or go
//	Table, Index         rows, and what an index is asked for
//	Array, Vector        single elements
//	Counter              nothing, unless it is read
//	Queue, BoundedQueue  one end
//	PriorityQueue        pops, with one another and with pushes of what comes first
//	Broadcast            publishing with publishing; subscriptions nothing
//	Deque                one end
//	List                 neighbours
//	Stack                all of it
//
// Others are there to wait for: a [Box] until it is full or empty, a [Promise],
// a [Latch], a [WaitGroup], a [Barrier], a [Semaphore], a [RWLock]; a [Delay] and
// a [Ticker] for a time. A [WeakVar] lets go of what nobody else has. [FromChan]
// and [ToChan] connect queues with channels.
//
// What a structure can do it can do in a transaction, as a part of it, and by
// itself: at one instant, as a transaction that does nothing else would. The
// first form takes the transaction's handle. The second has a name of its own,
// and a context first if it may have to wait:
//
//	in a transaction      by itself
//	Get                   Load
//	Set                   Store
//	Update                Modify
//	GetOrSet              LoadOrStore
//	CompareAndSwap        CompareAndStore
//	Delete                Remove
//	Has                   Contains
//	Add                   Increase a Counter, Insert into a Set
//	Append, Pop           Extend, Take
//	Clear                 Reset
//	Len                   Size
//	All, Keys             Snapshot, a copy
//	Push, Pop             Put, Take; in front of both, Try: they do not wait
//	Peek                  First
//	Wait                  Await
//	Done                  Finish
//	Close                 Shut
//
// The second form is not for the body of a transaction: there it takes no part
// in it, and if it has to change more than one variable it panics as a
// transaction inside another does.
//
// A loop over All or Keys belongs to its transaction. It may change the
// structure as its documentation says, and panics once the body has returned.
//
// A zero value is ready to use unless its documentation says otherwise. String
// gives a Snapshot as text.
package tvar
