package bench

import (
	"fmt"
	"sync"
	"testing"

	"github.com/tidwall/btree"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A ledger is an ordered map of some library from numbers to numbers, and what
// can be done with it. update reads a key, works for some rounds and writes it;
// scan reads so many keys from one on.
type ledger struct {
	get    func(k int)
	set    func(k, x int)
	remove func(k int)
	update func(k, rounds int)
	scan   func(k, n int)
}

type ledgerLib struct {
	lib  string
	make func() ledger
}

var ledgers = []ledgerLib{{"mutex", mutexLedger}, {"rwmutex", rwmutexLedger}, {"weft", weftLedger}, {"weft-tx", weftTxLedger}}

func mutexLedger() ledger {
	var mu sync.Mutex
	m := new(btree.Map[int, int])
	return ledger{
		get:    func(k int) { mu.Lock(); m.Get(k); mu.Unlock() },
		set:    func(k, x int) { mu.Lock(); m.Set(k, x); mu.Unlock() },
		remove: func(k int) { mu.Lock(); m.Delete(k); mu.Unlock() },
		update: func(k, rounds int) {
			mu.Lock()
			x, _ := m.Get(k)
			m.Set(k, int(work(uint64(x)|1, rounds)))
			mu.Unlock()
		},
		scan: func(k, n int) {
			mu.Lock()
			m.Ascend(k, func(int, int) bool { n--; return n > 0 })
			mu.Unlock()
		},
	}
}

func rwmutexLedger() ledger {
	var mu sync.RWMutex
	m := new(btree.Map[int, int])
	return ledger{
		get: func(k int) { mu.RLock(); m.Get(k); mu.RUnlock() },
		set: func(k, x int) { mu.Lock(); m.Set(k, x); mu.Unlock() },
		scan: func(k, n int) {
			mu.RLock()
			m.Ascend(k, func(int, int) bool { n--; return n > 0 })
			mu.RUnlock()
		},
	}
}

func weftLedger() ledger {
	m := tvar.NewOrderedMap[int, int]()
	return ledger{
		get:    func(k int) { m.Load(k) },
		set:    m.Store,
		remove: func(k int) { m.Remove(k) },
		update: func(k, rounds int) {
			m.Modify(k, func(x int, _ bool) (int, bool) { return int(work(uint64(x)|1, rounds)), true })
		},
		scan: func(k, n int) {
			_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) {
				for range m.From(tx, k) {
					if n--; n <= 0 {
						break
					}
				}
				return 0, nil
			})
		},
	}
}

func weftTxLedger() ledger {
	m := tvar.NewOrderedMap[int, int]()
	in := func(body func(tx *stm.Tx)) {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil })
	}
	return ledger{
		get:    func(k int) { in(func(tx *stm.Tx) { m.Get(tx, k) }) },
		set:    func(k, x int) { in(func(tx *stm.Tx) { m.Set(tx, k, x) }) },
		remove: func(k int) { in(func(tx *stm.Tx) { m.Delete(tx, k) }) },
		update: func(k, rounds int) {
			in(func(tx *stm.Tx) {
				x, _ := m.Get(tx, k)
				m.Set(tx, k, int(work(uint64(x)|1, rounds)))
			})
		},
		scan: func(k, n int) {
			in(func(tx *stm.Tx) {
				n := n
				for range m.From(tx, k) {
					if n--; n <= 0 {
						break
					}
				}
			})
		},
	}
}

// BenchmarkOrdered does one operation after the other on a map of so many keys,
// in random order. churn removes a key and inserts it again; update overwrites
// one that is there by what a computation of so many rounds makes of it; scan
// reads a hundred keys in their order.
func BenchmarkOrdered(b *testing.B) {
	for _, n := range []int{1 << 12, 1 << 17} {
		for _, op := range []string{"get", "set", "churn", "update=0", "update=64", "update=256", "scan"} {
			for _, g := range []int{1, 2} {
				for _, l := range ledgers {
					b.Run(fmt.Sprintf("n=%d/op=%s/g=%d/lib=%s", n, op, g, l.lib), func(b *testing.B) {
						m := l.make()
						for i := range n {
							m.set(i*7919%n, i)
						}
						fs := make([]func(), g)
						for i := range fs {
							if fs[i] = m.operation(op, n, uint32(i)); fs[i] == nil {
								b.Skip("the same as another")
							}
						}
						b.ReportAllocs()
						b.ResetTimer()
						share(b, fs)
					})
				}
			}
		}
	}
}

// operation returns a function that does op to one key after the other, in an
// order of its own.
func (m ledger) operation(op string, n int, seed uint32) func() {
	x := &new([64]uint32)[32] // on a line that no other goroutine has
	*x = seed * 0x9e3779b9
	next := func() int { // each key in turn
		*x = *x*1664525 + 1013904223
		return int(*x>>8) & (n - 1)
	}
	var rounds int
	switch {
	case op == "get" && m.get != nil:
		return func() { m.get(next()) }
	case op == "set":
		return func() { m.set(next(), int(*x)) }
	case op == "churn" && m.remove != nil:
		return func() {
			k := next()
			m.remove(k)
			m.set(k, k)
		}
	case op == "scan" && m.scan != nil:
		return func() { m.scan(next(), 100) }
	case m.update != nil:
		if _, err := fmt.Sscanf(op, "update=%d", &rounds); err == nil {
			return func() { m.update(next(), rounds) }
		}
	}
	return nil
}

// BenchmarkOrderedHeap fills an ordered map with a million entries of a number
// each, and reports the heap that it takes and the time for an insertion.
func BenchmarkOrderedHeap(b *testing.B) {
	const n = 1_000_000
	for _, order := range []string{"ascending", "scattered"} {
		for _, l := range []struct {
			lib  string
			make func() (set func(k, x int), m any)
		}{
			{"mutex", func() (func(k, x int), any) {
				var mu sync.Mutex
				m := new(btree.Map[int, int])
				return func(k, x int) { mu.Lock(); m.Set(k, x); mu.Unlock() }, m
			}},
			{"weft", func() (func(k, x int), any) {
				m := tvar.NewOrderedMap[int, int]()
				return m.Store, m
			}},
		} {
			b.Run(fmt.Sprintf("order=%s/lib=%s", order, l.lib), func(b *testing.B) {
				for range b.N {
					before := heap()
					set, m := l.make()
					b.ResetTimer()
					for k := range n {
						if order == "scattered" {
							k = k * 7919 % n
						}
						set(k, k)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/entry")
					b.StopTimer()
					b.ReportMetric(float64(heap()-before)/n, "B/entry")
					keepAlive(m)
				}
			})
		}
	}
}
