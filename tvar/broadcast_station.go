package tvar

import (
	"runtime"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/stm"
)

// A station is the chain of a Broadcast. If there is a bound it also knows who
// has subscribed: publishing looks at all of them only once in a while, since
// nobody ever falls behind where the slowest was.
type station[T any] struct {
	chain[T]
	_ [128]byte

	room    int64 // items for each subscriber; 0 if there is no bound
	full    WhenFull
	limit   Var[int64] // the number of the first link that may not be filled without a look
	members Var[[]*member[T]]
}

// A member is what the station knows of a Subscription. It does not lead there,
// so that one that has been dropped is found.
type member[T any] struct {
	head   head[T] // leads to nothing once it has left
	missed Var[int64]
}

func newStation[T any](room int64, full WhenFull) *station[T] {
	s := fresh[station[T]]()
	s.begin(newLink[T](0))
	s.room, s.full = room, full
	return s
}

// subscribe makes a Subscription that begins at p.
func (s *station[T]) subscribe(tx *stm.Tx, p *link[T]) *Subscription[T] {
	m := fresh[member[T]]()
	m.head.Set(tx, p) // and not before: without a commit there is no subscription
	sub := &Subscription[T]{s, m}
	if s.room > 0 && p != nil {
		s.members.Set(tx, append(s.present(tx), m))
		if !atomics.Exploring {
			runtime.AddCleanup(sub, (*member[T]).leave, m)
		}
	}
	return sub
}

// leave ends the subscription, and wakes those who wait for it.
func (m *member[T]) leave() { m.head.Store(nil) }

// admit returns nil if the last link may be filled, ErrClosed, or ErrFull; it
// waits instead of the latter unless try is set.
func (s *station[T]) admit(tx *stm.Tx, try bool) error {
	for s.room > 0 {
		p, state := s.last(tx)
		if state == retired {
			return ErrClosed
		}
		if p.at < s.limit.Get(tx) {
			return nil
		}
		m, slowest := s.slowest(tx, p)
		switch {
		case s.full == SlideWhenFull:
			s.limit.Set(tx, s.slide(tx, p)+2*s.room)
			return nil
		case p.at < slowest+s.room:
			s.limit.Set(tx, slowest+s.room)
			return nil
		}
		at := m.head.Get(tx)
		if at == nil || p.at < at.at+s.room {
			continue // it has left, or moved on, since it was looked at
		}
		if try {
			return ErrFull
		}
		tx.Retry()
	}
	return nil
}

// slowest returns the member that is farthest behind p, and where it is; that
// of p if there is none. It may have moved on since, but nobody has come in
// behind it: the transaction depends on who there is. It drops those who have
// left.
func (s *station[T]) slowest(tx *stm.Tx, p *link[T]) (slowest *member[T], at int64) {
	at = p.at
	gone := false
	for _, m := range s.members.Get(tx) {
		q := m.head.Peek(tx)
		gone = gone || q == nil
		if q != nil && q.at < at {
			slowest, at = m, q.at
		}
	}
	if gone {
		s.members.Set(tx, s.present(tx))
	}
	return slowest, at
}

// present returns a copy of the members without those who have left.
func (s *station[T]) present(tx *stm.Tx) []*member[T] {
	all := s.members.Get(tx)
	some := make([]*member[T], 0, len(all)+1)
	for _, m := range all {
		if m.head.Peek(tx) != nil {
			some = append(some, m)
		}
	}
	return some
}

// slide moves on those who would have more items before them than there is room
// for, once p is filled. It returns where the slowest is then.
func (s *station[T]) slide(tx *stm.Tx, p *link[T]) (slowest int64) {
	slowest = p.at
	first := p.at + 1 - s.room // of those that are kept
	for _, m := range s.members.Get(tx) {
		q := m.head.Peek(tx)
		if q != nil && q.at < first {
			q = m.moveTo(tx, first)
		}
		if q != nil {
			slowest = min(slowest, q.at)
		}
	}
	return slowest
}

// moveTo moves m on to the link with that number, unless it is there.
func (m *member[T]) moveTo(tx *stm.Tx, first int64) *link[T] {
	q := m.head.Get(tx)
	if q == nil || q.at >= first {
		return q
	}
	m.missed.Set(tx, m.missed.Get(tx)+first-q.at)
	for q.at < first {
		it, _ := q.look(tx)
		q = it.next
	}
	m.head.Set(tx, q)
	return q
}
