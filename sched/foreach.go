package sched

import (
	"context"
	"fmt"
	"iter"

	"github.com/weft-stm/weft/stm"
)

// ForEach calls fn for each value of seq, as a transaction of its own, several
// at a time, and returns when all have committed. The options are those of a
// [Queue]; the result is that of a loop over seq in some order or, with
// [Ordered], in that of seq.
//
// seq is iterated in the goroutine that calls ForEach, outside of transactions,
// and never far ahead: see [LookAhead]. If fn fails, or ctx ends, no further
// value is drawn and a [*ForEachError] is returned, which has the values that
// were drawn and not processed. Panics are as in [Queue.Run], and that of seq
// passes through when the workers have stopped.
//
// A value costs what a unit of a Queue does and one allocation.
func ForEach[T any](ctx context.Context, seq iter.Seq[T], fn func(tx *stm.Tx, v T) error, opts ...QueueOption) error {
	if seq == nil || fn == nil {
		panic("sched: ForEach needs a sequence and a function")
	}
	q := NewQueue(opts...)
	c, err := q.assemble(ctx)
	if err != nil {
		return &ForEachError[T]{Err: err}
	}
	var rest []T
	err = c.run(func() {
		for v := range seq {
			more := c.put(func(tx *stm.Tx) error {
				if tx == nil { // asked what was not processed
					rest = append(rest, v)
					return nil
				}
				return fn(tx, v)
			})
			if !more {
				break
			}
		}
	})
	if err == nil {
		return nil
	}
	for u, ok := q.units.pop(); ok; u, ok = q.units.pop() {
		_ = u.body(nil)
	}
	return &ForEachError[T]{err, rest}
}

// A ForEachError is the error of a ForEach that has not processed all values.
type ForEachError[T any] struct {
	Err  error // a *UnitError, whose index is that of the value, or that of the context
	Rest []T   // drawn and not processed, in their order; without the one that failed
}

// Error says why the loop ended, and how many values were left over.
func (e *ForEachError[T]) Error() string {
	return fmt.Sprintf("%v (%d values drawn and not processed)", e.Err, len(e.Rest))
}

// Unwrap returns why the loop ended.
func (e *ForEachError[T]) Unwrap() error { return e.Err }

// put adds a unit in the goroutine of the caller, waits until there is room for
// another, and reports whether there is to be one.
func (c *crew) put(body Body) (more bool) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	c.q.push(unit{body: body})
	c.attend(func() bool { return c.q.units.len() < c.q.ahead() || c.stopped.Load() })
	return !c.stopped.Load()
}

// roomMade wakes the caller when there is room for many units.
func (c *crew) roomMade() {
	if c.open && c.q.units.len() <= c.q.ahead()/2 {
		c.caller.wake()
	}
}
