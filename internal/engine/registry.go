package engine

import "github.com/weft-stm/weft/internal/atomics"

// A registry lists slots that one goroutine at a time writes and anybody may
// scan. Slots are only ever added; a slot that is given back is handed out
// again. Scanning takes no lock.
type registry[S any] struct {
	head atomics.Pointer[entry[S]]
	mu   atomics.Mutex
	free []*entry[S] // under mu
}

// An entry is a slot on cache lines of its own, so that its owner's stores
// disturb nobody.
type entry[S any] struct {
	_    line
	slot S
	next *entry[S] // set before the entry is linked
	_    line
}

// acquire returns a slot that nobody owns. Which one it is says nothing about
// the protocol, so the explorer does not look.
func (r *registry[S]) acquire() (e *entry[S]) {
	atomics.Unobserved(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if n := len(r.free); n > 0 {
			e, r.free = r.free[n-1], r.free[:n-1]
			return
		}
		e = new(entry[S])
		e.next = r.head.Load()
		// Publishes e.next; a scan that misses the entry began before its
		// owner did anything with it.
		r.head.Store(e)
	})
	return e
}

// release makes the slot available again. Its owner has cleared it.
func (r *registry[S]) release(e *entry[S]) {
	atomics.Unobserved(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.free = append(r.free, e)
	})
}
