package tvar

import (
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// Loops may change the OrderedMap: each step goes to the next key that is there
// at that time.

// All yields keys and values in the transaction, in ascending order. The
// transaction depends on all that it came by.
//
// The loop may change the OrderedMap: each step goes on to the next larger key
// that is there by then, so it meets what the loop inserts ahead of itself, and
// not what it deletes there.
func (m *OrderedMap[K, V]) All(tx *stm.Tx) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := m.cursor(tx)
		c.toFirst()
		c.yieldUp(nil, yield)
	}
}

// From yields the keys that are not less than low, and their values, as
// [OrderedMap.All] does.
func (m *OrderedMap[K, V]) From(tx *stm.Tx, low K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := m.cursor(tx)
		c.seek(low)
		c.yieldUp(nil, yield)
	}
}

// Range yields the keys from low up to, but not including, high, and their
// values, as [OrderedMap.All] does. There are none if high is not above low.
func (m *OrderedMap[K, V]) Range(tx *stm.Tx, low, high K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := m.cursor(tx)
		c.seek(low)
		c.yieldUp(&high, yield)
	}
}

// Backward yields keys and values in the transaction, in descending order. The
// loop may change the OrderedMap: each step goes on to the next smaller key that
// is there by then.
func (m *OrderedMap[K, V]) Backward(tx *stm.Tx) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := m.cursor(tx)
		c.toLast()
		c.yieldDown(yield)
	}
}

// BackwardFrom yields the keys that are not greater than high, and their values,
// as [OrderedMap.Backward] does.
func (m *OrderedMap[K, V]) BackwardFrom(tx *stm.Tx, high K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := m.cursor(tx)
		if c.seek(high) {
			c.at++
		}
		c.yieldDown(yield)
	}
}

func (c *cursor[K, V]) yieldUp(end *K, yield func(K, V) bool) {
	for c.next(end) && yield(c.key, c.decoded()) {
		c.settle(true)
	}
}

func (c *cursor[K, V]) yieldDown(yield func(K, V) bool) {
	for c.previous() && yield(c.key, c.decoded()) {
		c.settle(false)
	}
}

// Min returns the smallest key and its value; ok is false if there is none.
func (m *OrderedMap[K, V]) Min(tx *stm.Tx) (k K, x V, ok bool) {
	c := m.cursor(tx)
	c.toFirst()
	return c.found(c.next(nil))
}

// Max returns the greatest key and its value; ok is false if there is none.
func (m *OrderedMap[K, V]) Max(tx *stm.Tx) (k K, x V, ok bool) {
	c := m.cursor(tx)
	c.toLast()
	return c.found(c.previous())
}

// Floor returns the greatest key that is not above k, and its value; ok is false
// if there is none.
func (m *OrderedMap[K, V]) Floor(tx *stm.Tx, k K) (floor K, x V, ok bool) {
	c := m.cursor(tx)
	if c.seek(k) {
		c.at++
	}
	return c.found(c.previous())
}

// Ceiling returns the smallest key that is not below k, and its value; ok is
// false if there is none.
func (m *OrderedMap[K, V]) Ceiling(tx *stm.Tx, k K) (ceiling K, x V, ok bool) {
	c := m.cursor(tx)
	c.seek(k)
	return c.found(c.next(nil))
}

func (c *cursor[K, V]) found(ok bool) (k K, x V, _ bool) {
	if !ok {
		return k, x, false
	}
	return c.key, c.decoded(), true
}

// DeleteRange removes the keys from low up to, but not including, high, and
// returns how many there were. It costs a write for each.
func (m *OrderedMap[K, V]) DeleteRange(tx *stm.Tx, low, high K) (n int) {
	engine.CheckWrite(tx.Engine())
	c := m.cursor(tx)
	c.seek(low)
	return c.deleteUp(&high)
}

// Clear removes all keys. It costs a write for each.
func (m *OrderedMap[K, V]) Clear(tx *stm.Tx) {
	engine.CheckWrite(tx.Engine())
	c := m.cursor(tx)
	c.toFirst()
	c.deleteUp(nil)
}

func (c *cursor[K, V]) deleteUp(end *K) (n int) {
	here, leaf := 0, c.leaf // deletions in one leaf
	for c.next(end) {
		if c.leaf != leaf {
			c.m.removed(c.tx, leaf, uint32(here))
			here, leaf = 0, c.leaf
		}
		c.page.vars[c.at-1].clear(c.tx)
		here++
		n++
	}
	if n > 0 {
		c.m.removed(c.tx, leaf, uint32(here))
		c.m.count.Add(c.tx, int64(-n))
	}
	return n
}
