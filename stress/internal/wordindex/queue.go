package wordindex

import (
	"context"
	"errors"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// A queue hands the files of a corpus to the guest threads that iterate over
// it, each file to one of them.
type queue struct {
	ctx   context.Context
	texts []*starlark.List
	next  atomic.Int64
}

func (q *queue) String() string              { return "<queue>" }
func (q *queue) Type() string                { return "queue" }
func (q *queue) Freeze()                     {}
func (q *queue) Truth() starlark.Bool        { return true }
func (q *queue) Hash() (uint32, error)       { return 0, errors.New("unhashable: queue") }
func (q *queue) Iterate() starlark.Iterator  { return q }
func (q *queue) Done()                       {}
func (q *queue) Next(v *starlark.Value) bool { return q.take(v) }

// take gives out the next file.
func (q *queue) take(v *starlark.Value) bool {
	i := int(q.next.Add(1)) - 1
	if i >= len(q.texts) || q.ctx.Err() != nil {
		return false
	}
	*v = q.texts[i]
	return true
}
