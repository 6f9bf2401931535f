package bench

import (
	"fmt"
	"sync"
	"testing"

	peer "github.com/anacrolix/stm"
	"github.com/anacrolix/stm/stmutil"
	"github.com/puzpuzpuz/xsync/v4"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A dict is a map of some library from keys to numbers, and what can be done
// with it; nil means that the library cannot.
type dict[K comparable] struct {
	get    func(k K)
	set    func(k K, x int)
	remove func(k K)
	rmw    func(k K)
}

type dictLib[K comparable] struct {
	lib  string
	make func() dict[K]
}

func dicts[K comparable]() []dictLib[K] {
	return []dictLib[K]{
		{"mutex", mutexDict[K]},
		{"rwmutex", rwmutexDict[K]},
		{"sync.Map", syncDict[K]},
		{"xsync", xsyncDict[K]},
		{"weft", weftDict[K]},
		{"weft-tx", weftTxDict[K]},
		{"anacrolix", peerDict[K]},
	}
}

func mutexDict[K comparable]() dict[K] {
	var mu sync.Mutex
	m := make(map[K]int)
	return dict[K]{
		get:    func(k K) { mu.Lock(); sink[0] = uint64(m[k]); mu.Unlock() },
		set:    func(k K, x int) { mu.Lock(); m[k] = x; mu.Unlock() },
		remove: func(k K) { mu.Lock(); delete(m, k); mu.Unlock() },
		rmw:    func(k K) { mu.Lock(); m[k]++; mu.Unlock() },
	}
}

func rwmutexDict[K comparable]() dict[K] {
	var mu sync.RWMutex
	m := make(map[K]int)
	return dict[K]{
		get:    func(k K) { mu.RLock(); _ = m[k]; mu.RUnlock() },
		set:    func(k K, x int) { mu.Lock(); m[k] = x; mu.Unlock() },
		remove: func(k K) { mu.Lock(); delete(m, k); mu.Unlock() },
		rmw:    func(k K) { mu.Lock(); m[k]++; mu.Unlock() },
	}
}

func syncDict[K comparable]() dict[K] {
	m := new(sync.Map)
	return dict[K]{
		get:    func(k K) { m.Load(k) },
		set:    func(k K, x int) { m.Store(k, x) },
		remove: func(k K) { m.Delete(k) },
		rmw: func(k K) {
			for {
				x, ok := m.Load(k)
				if !ok {
					if _, ok := m.LoadOrStore(k, 1); !ok {
						return
					}
				} else if m.CompareAndSwap(k, x, x.(int)+1) {
					return
				}
			}
		},
	}
}

func xsyncDict[K comparable]() dict[K] {
	m := xsync.NewMap[K, int]()
	return dict[K]{
		get:    func(k K) { m.Load(k) },
		set:    func(k K, x int) { m.Store(k, x) },
		remove: func(k K) { m.Delete(k) },
		rmw: func(k K) {
			m.Compute(k, func(x int, _ bool) (int, xsync.ComputeOp) { return x + 1, xsync.UpdateOp })
		},
	}
}

func weftDict[K comparable]() dict[K] {
	m := new(tvar.Map[K, int])
	return dict[K]{
		get:    func(k K) { m.Load(k) },
		set:    m.Store,
		remove: func(k K) { m.Remove(k) },
		rmw:    func(k K) { m.Modify(k, func(x int, _ bool) (int, bool) { return x + 1, true }) },
	}
}

func weftTxDict[K comparable]() dict[K] {
	m := new(tvar.Map[K, int])
	in := func(body func(tx *stm.Tx)) {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil })
	}
	return dict[K]{
		get:    func(k K) { in(func(tx *stm.Tx) { m.Get(tx, k) }) },
		set:    func(k K, x int) { in(func(tx *stm.Tx) { m.Set(tx, k, x) }) },
		remove: func(k K) { in(func(tx *stm.Tx) { m.Delete(tx, k) }) },
		rmw: func(k K) {
			in(func(tx *stm.Tx) {
				x, _ := m.Get(tx, k)
				m.Set(tx, k, x+1)
			})
		},
	}
}

// peerDict is a persistent map in one variable, which is how stmutil is used.
// Its keys are interfaces: it crashes on others.
func peerDict[K comparable]() dict[K] {
	v := peer.NewVar(stmutil.NewMap[any, int]())
	in := func(f func(tx *peer.Tx)) { peer.Atomically(peer.VoidOperation(f)) }
	return dict[K]{
		get:    func(k K) { in(func(tx *peer.Tx) { v.Get(tx).Get(k) }) },
		set:    func(k K, x int) { in(func(tx *peer.Tx) { v.Set(tx, v.Get(tx).Set(k, x)) }) },
		remove: func(k K) { in(func(tx *peer.Tx) { v.Set(tx, v.Get(tx).Delete(k)) }) },
		rmw: func(k K) {
			in(func(tx *peer.Tx) {
				m := v.Get(tx)
				x, _ := m.Get(k)
				v.Set(tx, m.Set(k, x+1))
			})
		},
	}
}

// mapSize is the number of keys in a map, of twice as many that it knows.
const mapSize = 1 << 12

// BenchmarkMap does one operation after the other on a map that has every
// second of its keys: hit and miss look for one that is there or not, set
// overwrites one that is there, churn removes one and inserts it again, rmw adds
// to one that is there.
func BenchmarkMap(b *testing.B) {
	ints := make([]int, 2*mapSize)
	strs := make([]string, 2*mapSize)
	for i := range ints {
		ints[i] = i * 7919
		strs[i] = fmt.Sprintf("key number %d", i)
	}
	b.Run("key=int", func(b *testing.B) { benchmarkMap(b, ints) })
	b.Run("key=string", func(b *testing.B) { benchmarkMap(b, strs) })
}

func benchmarkMap[K comparable](b *testing.B, keys []K) {
	for _, op := range []string{"hit", "miss", "set", "rmw", "churn"} {
		for _, g := range []int{1, 2} {
			for _, d := range dicts[K]() {
				b.Run(fmt.Sprintf("op=%s/g=%d/lib=%s", op, g, d.lib), func(b *testing.B) {
					m := d.make()
					for i := 0; i < len(keys); i += 2 {
						m.set(keys[i], i)
					}
					fs := make([]func(), g)
					for i := range fs {
						fs[i] = m.operation(op, keys, uint32(i))
					}
					b.ReportAllocs()
					b.ResetTimer()
					share(b, fs)
				})
			}
		}
	}
}

// operation returns a function that does op to one key after the other, in an
// order of its own.
func (m dict[K]) operation(op string, keys []K, seed uint32) func() {
	x := &new([64]uint32)[32] // on a line that no other goroutine has
	*x = seed * 0x9e3779b9
	next := func(odd uint32) K { // each of its half in turn, since the step is even and the half a power of two
		*x += 2 * 0x3039
		return keys[*x&uint32(len(keys)-1)&^1|odd]
	}
	switch op {
	case "hit":
		return func() { m.get(next(0)) }
	case "miss":
		return func() { m.get(next(1)) }
	case "set":
		return func() { m.set(next(0), int(*x)) }
	case "rmw":
		return func() { m.rmw(next(0)) }
	default:
		return func() {
			k := next(seed & 1)
			m.remove(k)
			m.set(k, int(*x))
		}
	}
}
