package sched

import "iter"

// steps is a sequence of bodies that is being run, one at a time.
type steps struct {
	seq     iter.Seq[Body]
	next    func() (Body, bool) // nil before the first
	stop    func()
	pending Body // drawn from seq and not committed
}

// body returns the body that is next to be run, or nil at the end of the
// sequence. It stays the next until committed is called.
func (s *steps) body() Body {
	if s.pending != nil {
		return s.pending
	}
	if s.next == nil {
		s.next, s.stop = iter.Pull(s.seq)
	}
	body, ok := s.next()
	if ok && body == nil {
		panic("sched: nil body in a sequence")
	}
	s.pending = body
	return body
}

func (s *steps) committed() { s.pending = nil }

// end breaks the sequence off.
func (s *steps) end() {
	s.pending = nil
	if s.stop != nil {
		s.stop()
	}
}

// rest yields what has not been committed.
func (s *steps) rest(yield func(Body) bool) {
	defer s.end()
	for body := s.body(); body != nil; body = s.body() {
		s.committed()
		if !yield(body) {
			return
		}
	}
}
