package sched

import "errors"

// Errors of a [Machine] and its threads.
var (
	// ErrTooManyThreads is the error of [Machine.NewThread] when there are as
	// many threads as [MaxThreads] permits.
	ErrTooManyThreads = errors.New("sched: too many threads: close some, or permit more by MaxThreads")

	// ErrInAtomic is the error of what cannot be done inside an atomic region.
	ErrInAtomic = errors.New("sched: not possible inside an atomic region: leave it first")

	// ErrNotInAtomic is the error of what can be done inside an atomic region
	// only.
	ErrNotInAtomic = errors.New("sched: possible inside an atomic region only: begin one")

	// ErrThreadClosed dooms a thread that has been closed.
	ErrThreadClosed = errors.New("sched: the thread has been closed")
)
