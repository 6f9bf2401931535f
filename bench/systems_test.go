package bench

import (
	"context"
	"sync"
	"sync/atomic"

	peer "github.com/anacrolix/stm"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

var ctx = context.Background()

// A shop is a set of variables of one system and what can be done with them;
// nil means that the system cannot. Each function is one transaction over all
// of them.
type shop struct {
	read      func()
	rmw       func()
	write     func()
	readWrite func() // read all, write the first
}

// A system makes shops. The shops of one maker share its lock, if it has one.
type system struct {
	name  string
	maker func() func(n int) shop
	owned bool // a shop serves one goroutine only
}

var systems = []system{
	{name: "mutex", maker: mutexShops},
	{name: "rwmutex", maker: rwmutexShops},
	{name: "atomic", maker: atomicShops},
	{name: "weft", maker: weftShops},
	{name: "weft-worker", maker: workerShops, owned: true},
	{name: "weft-view", maker: viewShops},
	{name: "weft-modify", maker: modifyShops},
	{name: "anacrolix", maker: peerShops},
}

// plain is the work itself, under whatever protection the caller has.
type plain []*int

func newPlain(n int) plain {
	const apart = 16
	all := make([]int, n+2*apart)
	p := make(plain, n)
	for i := range p {
		p[i] = &all[apart+i]
	}
	return p
}

func (p plain) sum() (s int) {
	for _, x := range p {
		s += *x
	}
	return s
}

func mutexShops() func(int) shop {
	var mu sync.Mutex
	return func(n int) shop {
		p := newPlain(n)
		locked := func(f func()) func() {
			return func() {
				mu.Lock()
				f()
				mu.Unlock()
			}
		}
		return shop{
			read: locked(func() { _ = p.sum() }),
			rmw: locked(func() {
				for _, x := range p {
					*x++
				}
			}),
			write: locked(func() {
				for i, x := range p {
					*x = i
				}
			}),
			readWrite: locked(func() { *p[0] = p.sum() }),
		}
	}
}

func rwmutexShops() func(int) shop {
	var mu sync.RWMutex
	return func(n int) shop {
		p := newPlain(n)
		return shop{read: func() {
			mu.RLock()
			_ = p.sum()
			mu.RUnlock()
		}}
	}
}

func atomicShops() func(int) shop {
	return func(n int) shop {
		if n != 1 {
			return shop{}
		}
		x := new(atomic.Int64)
		return shop{
			read:  func() { x.Load() },
			rmw:   func() { x.Add(1) },
			write: func() { x.Store(1) },
		}
	}
}

// newVars returns n variables side by side, on cache lines that no other set
// has a part in.
func newVars(n int) []*tvar.Var[int] {
	const apart = 8
	all := make([]tvar.Var[int], n+2*apart)
	vs := make([]*tvar.Var[int], n)
	for i := range vs {
		vs[i] = &all[apart+i]
		vs[i].Store(0)
	}
	return vs
}

func sum(tx *stm.Tx, vs []*tvar.Var[int]) (s int) {
	for _, v := range vs {
		s += v.Get(tx)
	}
	return s
}

func weftShops() func(int) shop {
	return func(n int) shop {
		return weftShop(newVars(n), func(body func(tx *stm.Tx) error) func() {
			return func() { _ = stm.Atomically(ctx, body) }
		})
	}
}

func workerShops() func(int) shop {
	return func(n int) shop {
		return weftShop(newVars(n), func(body func(tx *stm.Tx) error) func() {
			w := sched.NewWorker()
			return func() { _ = w.Atomically(ctx, body) }
		})
	}
}

func weftShop(vs []*tvar.Var[int], atomically func(body func(tx *stm.Tx) error) func()) shop {
	return shop{
		read: atomically(func(tx *stm.Tx) error {
			_ = sum(tx, vs)
			return nil
		}),
		rmw: atomically(func(tx *stm.Tx) error {
			for _, v := range vs {
				v.Set(tx, v.Get(tx)+1)
			}
			return nil
		}),
		write: atomically(func(tx *stm.Tx) error {
			for i, v := range vs {
				v.Set(tx, i)
			}
			return nil
		}),
		readWrite: atomically(func(tx *stm.Tx) error {
			vs[0].Set(tx, sum(tx, vs))
			return nil
		}),
	}
}

func viewShops() func(int) shop {
	return func(n int) shop {
		vs := newVars(n)
		return shop{read: func() {
			_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { return sum(tx, vs), nil })
		}}
	}
}

func modifyShops() func(int) shop {
	return func(n int) shop {
		if n != 1 {
			return shop{}
		}
		v := tvar.New(0)
		return shop{
			read:  func() { v.Load() },
			rmw:   func() { v.Modify(func(x int) int { return x + 1 }) },
			write: func() { v.Store(1) },
		}
	}
}

func peerShops() func(int) shop {
	return func(n int) shop {
		vs := make([]*peer.Var[int], n)
		for i := range vs {
			vs[i] = peer.NewVar(0)
		}
		sum := func(tx *peer.Tx) (s int) {
			for _, v := range vs {
				s += v.Get(tx)
			}
			return s
		}
		atomically := func(body func(tx *peer.Tx)) func() {
			op := peer.VoidOperation(body)
			return func() { peer.Atomically(op) }
		}
		return shop{
			read: atomically(func(tx *peer.Tx) { _ = sum(tx) }),
			rmw: atomically(func(tx *peer.Tx) {
				for _, v := range vs {
					v.Set(tx, v.Get(tx)+1)
				}
			}),
			write: atomically(func(tx *peer.Tx) {
				for i, v := range vs {
					v.Set(tx, i)
				}
			}),
			readWrite: atomically(func(tx *peer.Tx) { vs[0].Set(tx, sum(tx)) }),
		}
	}
}
