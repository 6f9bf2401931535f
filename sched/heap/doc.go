// Package heap has the objects of a guest language's heap: what the guest
// threads of a [sched.Machine] share.
//
// An operation takes the thread that performs it. It is part of the thread's
// transaction, if the Machine runs transactions, and else a plain access under
// its lock: the interpreter need not know which. Objects belong to one Machine,
// and are used by threads that are inside only. An object that nobody shares yet
// may be made and filled without a thread, which is then nil.
//
// # The two forms
//
// An operation may find that the attempt is lost, because another thread has
// committed something that contradicts it. An operation whose name begins with
// Try then reports ok as false, and [sched.Thread.Rollback] is to be called. The
// other form leaves the function by a panic that [sched.Thread.Catch] stops: it
// is for functions from which it is far to the dispatch loop. What only writes
// has one form, since it cannot be lost.
//
// # Cost
//
// An access in place costs a few nanoseconds. In a transaction, the first read
// of a slot adds an entry to a log, further ones do not; a write adds one to
// another. Objects made in the same transaction are read and written in place,
// until an atomic region begins.
//
// Values that are numbers, pointers, strings, interfaces, or structs of two
// words of which one is a pointer, are stored without allocation; others in a
// copy of their own for each write. They are immutable by contract, as those of
// package tvar are.
package heap
