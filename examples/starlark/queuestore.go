package starstm

import (
	"slices"

	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/tvar"
)

// A varQueue is a queue in mode STM.
type varQueue struct{ q tvar.Queue[starlark.Value] }

func (s *varQueue) put(at *attempt, x starlark.Value) {
	if err := s.q.Push(at.tx, x); err != nil {
		panic(err)
	}
}

func (s *varQueue) take(at *attempt) starlark.Value {
	done := false
	defer at.noteUnless(&done)
	at.read = true
	x, err := s.q.TryPop(at.tx)
	done = true
	if err != nil { // empty
		return nil
	}
	return x
}

// wait is Pop, and not retry, so that each put wakes one of those who wait.
func (s *varQueue) wait(at *attempt) {
	at.run.waited = true
	_, _ = s.q.Pop(at.tx)
}

func (s *varQueue) all(at *attempt) []starlark.Value {
	at.read = true
	return slices.Collect(s.q.All(at.tx))
}

func (s *varQueue) len(at *attempt) int {
	at.read = true
	return s.q.Len(at.tx)
}

// A plainQueue is a queue in mode Mutex. Its values are the elements of
// pushed from index taken on.
type plainQueue struct{ v variable[taken] }

// taken is an immutable queue: a sequence of which the first values have been
// taken. The front is let go of when half of it is not needed any more.
type taken struct {
	vector
	first int
}

func (s *plainQueue) put(at *attempt, x starlark.Value) {
	t := s.v.get(at)
	t.vector = t.append(x)
	s.v.set(at, t)
}

func (s *plainQueue) take(at *attempt) starlark.Value {
	t := s.v.get(at)
	if t.first == t.n {
		return nil
	}
	x := t.at(t.first)
	t.first++
	if t.first >= radix && 2*t.first >= t.n {
		t = t.trimmed()
	}
	s.v.set(at, t)
	return x
}

func (t taken) trimmed() (u taken) {
	for i := t.first; i < t.n; i++ {
		u.vector = u.append(t.at(i))
	}
	return u
}

func (s *plainQueue) wait(at *attempt) { at.retry() }

func (s *plainQueue) all(at *attempt) []starlark.Value {
	t := s.v.get(at)
	var all []starlark.Value
	for i := t.first; i < t.n; i++ {
		all = append(all, t.at(i))
	}
	return all
}

func (s *plainQueue) len(at *attempt) int {
	t := s.v.get(at)
	return t.n - t.first
}
