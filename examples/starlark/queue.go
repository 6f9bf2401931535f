package starstm

import (
	"context"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Queue is the shared.queue of scripts: values, first in first out. Puts
// conflict with puts, and takes with takes, since either end has an order; a
// put and a take only if the queue is empty. get waits for a value, as retry
// does.
type Queue struct {
	handle
	s queueStore
}

// A queueStore is what a queue keeps its values in.
type queueStore interface {
	put(*attempt, starlark.Value)
	take(*attempt) starlark.Value // nil if there is none
	wait(*attempt)                // after take has found nothing; does not return
	all(*attempt) []starlark.Value
	len(*attempt) int
}

// NewQueue returns an empty queue. The name is for messages.
func (rt *Runtime) NewQueue(name string) *Queue {
	q := &Queue{handle: handle{rt, "queue", name}}
	if rt.Mode == Mutex {
		q.s = &plainQueue{newVariable(rt, taken{}, "")}
	} else {
		q.s = new(varQueue)
	}
	return q
}

// Snapshot returns a copy of the values in the queue, in order. It must not be
// called inside a block.
func (q *Queue) Snapshot(ctx context.Context) (*starlark.List, error) {
	v, err := q.rt.look(ctx, q, "snapshot")
	if err != nil {
		return nil, err
	}
	return v.(*starlark.List), nil
}

// Attr returns a method of the queue.
func (q *Queue) Attr(name string) (starlark.Value, error) { return queueMethods.attr(q, name) }

// AttrNames returns the names of the methods.
func (q *Queue) AttrNames() []string { return queueMethods.names }

// CompareSameType compares queues by identity.
func (q *Queue) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, q, y)
}

func (q *Queue) open(at *attempt) view { return &queueView{q, window{at: at}} }
