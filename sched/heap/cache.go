package heap

import "github.com/weft-stm/weft/internal/atomics"

// A Cache is a slot outside of transactions, for what an interpreter keeps to be
// faster and can do without: an inline cache, a counter of executions. It
// never conflicts and is never rolled back; of several that store at the same
// time one wins. What is in it must be true whoever reads it, in whatever
// transaction: a fact about things that never change, with what tells whether
// it applies.
//
// The zero Cache is empty. A load costs a nanosecond, a store a few.
type Cache[T any] struct {
	p atomics.Pointer[T]
}

// Load returns what was stored last, or nil.
func (c *Cache[T]) Load() *T { return c.p.Load() }

// Store makes x what is in the cache. What x points to must not be changed any
// more.
func (c *Cache[T]) Store(x *T) { c.p.Store(x) }
