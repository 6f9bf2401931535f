package engine

import (
	"weak"

	"github.com/weft-stm/weft/internal/atomics"
)

// sleeping lists who sleeps until a variable changes, for people who look for
// what hangs. It holds weak pointers only: a goroutine that waits for what
// nobody can reach must stay garbage to a leak detector.
var sleeping sleepers

type sleepers struct {
	idle atomics.Pool[sleep]
	mu   atomics.Mutex
	all  []weak.Pointer[sleep]
}

// A sleep is a record of one wait after the other.
type sleep struct {
	mu      atomics.Mutex
	name    string
	since   int64    // nanoseconds since 1970
	waiters []waiter // nil between two waits
}

// enter records a wait. Who sees the record decides nothing by it.
func (l *sleepers) enter(name string, waiters []waiter) (s *sleep) {
	atomics.Unobserved(func() {
		if s = l.idle.Get(); s == nil {
			s = l.add()
		}
		s.mu.Lock()
		s.name, s.since, s.waiters = name, atomics.Nanotime(), waiters
		s.mu.Unlock()
	})
	return s
}

func (l *sleepers) leave(s *sleep) {
	atomics.Unobserved(func() {
		s.mu.Lock()
		s.name, s.waiters = "", nil
		s.mu.Unlock()
		l.idle.Put(s)
	})
}

// add lists a new record.
func (l *sleepers) add() *sleep {
	s := new(sleep)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) == cap(l.all) {
		l.forget()
	}
	l.all = append(l.all, weak.Make(s))
	return s
}

// forget drops the records that the garbage collector has taken.
func (l *sleepers) forget() {
	kept := l.all[:0]
	for _, p := range l.all {
		if p.Value() != nil {
			kept = append(kept, p)
		}
	}
	clear(l.all[len(kept):])
	l.all = kept
}

// A Sleeper is a transaction, or an Await, that sleeps until one of some
// variables changes.
type Sleeper struct {
	Name  string
	Vars  []string // labels, or addresses
	Since int64    // nanoseconds since 1970
}

// Sleepers lists who sleeps now, in no order.
func Sleepers() (found []Sleeper) {
	l := &sleeping
	l.mu.Lock()
	all := append([]weak.Pointer[sleep](nil), l.all...)
	l.mu.Unlock()
	for _, p := range all {
		if s := p.Value(); s != nil {
			if f, ok := s.describe(); ok {
				found = append(found, f)
			}
		}
	}
	return found
}

func (s *sleep) describe() (f Sleeper, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiters == nil {
		return f, false
	}
	f = Sleeper{Name: s.name, Since: s.since}
	for i := range s.waiters {
		f.Vars = with(f.Vars, nameOf(s.waiters[i].c))
	}
	return f, true
}
