package bench

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	peer "github.com/anacrolix/stm"
	"github.com/puzpuzpuz/xsync/v4"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A count is something that goroutines add one to, and that can be read.
type count struct {
	add, read func()
}

func counts() []struct {
	lib  string
	make func() count
} {
	return []struct {
		lib  string
		make func() count
	}{
		{"atomic", func() count {
			x := new(atomic.Int64)
			return count{func() { x.Add(1) }, func() { x.Load() }}
		}},
		{"mutex", func() count {
			var mu sync.Mutex
			x := int64(0)
			locked := func(f func()) func() { return func() { mu.Lock(); f(); mu.Unlock() } }
			return count{locked(func() { x++ }), locked(func() { sink[0] = uint64(x) })}
		}},
		{"xsync", func() count {
			x := xsync.NewCounter()
			return count{func() { x.Add(1) }, func() { x.Value() }}
		}},
		{"weft", func() count {
			x := new(tvar.Counter)
			return count{func() { x.Increase(1) }, func() { x.Load() }}
		}},
		{"weft-tx", func() count {
			x := new(tvar.Counter)
			add := func(tx *stm.Tx) error { x.Add(tx, 1); return nil }
			get := func(tx *stm.Tx) error { x.Get(tx); return nil }
			return count{func() { _ = stm.Atomically(ctx, add) }, func() { _ = stm.Atomically(ctx, get) }}
		}},
		{"weft-var", func() count {
			x := tvar.New(int64(0))
			return count{func() { x.Modify(func(n int64) int64 { return n + 1 }) }, func() { x.Load() }}
		}},
		{"anacrolix", func() count {
			x := peer.NewVar(int64(0))
			add := peer.VoidOperation(func(tx *peer.Tx) { x.Set(tx, x.Get(tx)+1) })
			return count{func() { peer.Atomically(add) }, func() { peer.AtomicGet(x) }}
		}},
	}
}

// BenchmarkCounter adds to one counter from one goroutine and from two, and
// reads it.
func BenchmarkCounter(b *testing.B) {
	for _, g := range []int{1, 2} {
		for _, c := range counts() {
			b.Run(fmt.Sprintf("op=add/g=%d/lib=%s", g, c.lib), func(b *testing.B) {
				b.ReportAllocs()
				x := c.make()
				fs := make([]func(), g)
				for i := range fs {
					fs[i] = x.add
				}
				share(b, fs)
			})
		}
	}
	for _, c := range counts() {
		b.Run(fmt.Sprintf("op=read/g=1/lib=%s", c.lib), func(b *testing.B) {
			b.ReportAllocs()
			x := c.make()
			x.add()
			share(b, []func(){x.read})
		})
	}
}
