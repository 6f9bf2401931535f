package model_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	peer "github.com/anacrolix/stm"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// The peer promises serializable commits, Retry and left-biased alternatives,
// but neither parts that can fail, nor hooks, nor opacity.

type peerStore [variables]*peer.Var[int]

// peerCodes are the instructions that both have.
var peerCodes = map[code]bool{get: true, set: true, copyTo: true, swap: true, cas: true, check: true, retry: true, orElse: true}

func reduce(p program) (q program) {
	for _, in := range p {
		if !peerCodes[in.code] {
			continue
		}
		for i := range in.blocks {
			in.blocks[i] = reduce(in.blocks[i])
		}
		q = append(q, in)
	}
	return q
}

type onPeer struct {
	machine // nil: what is not below is not used
	tx      *peer.Tx
	vars    *peerStore
}

func (m onPeer) Get(i int) int { return m.vars[i].Get(m.tx) }
func (m onPeer) Set(i, x int)  { m.vars[i].Set(m.tx, x) }
func (m onPeer) Retry()        { m.tx.Retry() }

func (m onPeer) Swap(i, x int) int {
	old := m.Get(i)
	m.Set(i, x)
	return old
}

func (m onPeer) CompareAndSwap(i, old, x int) bool {
	if m.Get(i) != old {
		return false
	}
	m.Set(i, x)
	return true
}

func (m onPeer) OrElse(alternatives ...func() error) error {
	fs := make([]peer.Operation[error], len(alternatives))
	for i, f := range alternatives {
		fs[i] = func(*peer.Tx) error { return f() }
	}
	return peer.Select(fs...)(m.tx)
}

// run runs body in the peer. A transaction that blocks takes a last
// alternative, since the peer cannot be cancelled.
func (s *peerStore) run(body func(m machine, t *trace) error) (r result) {
	r.err = peer.Atomically(peer.Select(
		func(tx *peer.Tx) error { return body(onPeer{tx: tx, vars: s}, &r.trace) },
		func(*peer.Tx) error { r.blocked = true; return nil }))
	for i := range r.vals {
		r.vals[i] = peer.AtomicGet(s[i])
	}
	return r
}

func newPeerStore(vals [variables]int) *peerStore {
	s := new(peerStore)
	for i, x := range vals {
		s[i] = peer.NewVar(x)
	}
	return s
}

// TestPeerAgrees on every program of what both have, one at a time.
func TestPeerAgrees(t *testing.T) {
	var all outcomes
	rapid.Check(t, func(t *rapid.T) {
		vals := [variables]int{1, 2, 3, 4}
		_, w := newStores(vals)
		s := newPeerStore(vals)
		for _, p := range parse(rapid.SliceOfN(rapid.Byte(), 100, 300).Draw(t, "program")) {
			p = reduce(p)
			body := func(m machine, t *trace) error { return p.run(m, t) }
			got := w.run(body)
			require.Equal(t, s.run(body), got, "%s", p)
			all.count(got)
		}
	})
	require.NotZero(t, all.committed)
	require.NotZero(t, all.blocked)
}

// TestPeerAgreesOnSums: the same transfers and counts, in parallel, whose
// result does not depend on their order.
func TestPeerAgreesOnSums(t *testing.T) {
	const goroutines, each = 4, 300
	seed := rand.Uint64()
	t.Logf("seed %#x", seed)
	vals := [variables]int{1, 2, 3, 4}
	_, w := newStores(vals)
	s := newPeerStore(vals)
	inParallel := func(transfer func(from, to, n int)) {
		var wg sync.WaitGroup
		for g := range goroutines {
			r := rand.New(rand.NewPCG(seed, uint64(g)))
			wg.Go(func() {
				for range each {
					transfer(r.IntN(variables), r.IntN(variables), r.IntN(10))
				}
			})
		}
		wg.Wait()
	}
	inParallel(func(from, to, n int) {
		peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) {
			s[from].Set(tx, s[from].Get(tx)-n)
			s[to].Set(tx, s[to].Get(tx)+n+1)
		}))
	})
	inParallel(func(from, to, n int) {
		err := stm.Atomically(t.Context(), func(tx *stm.Tx) error {
			w[from].Set(tx, w[from].Get(tx)-n)
			if n%2 == 0 {
				tvar.Add(tx, &w[to], n+1)
			} else {
				w[to].Update(tx, func(m int) int { return m + n + 1 })
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	for i := range s {
		require.Equal(t, peer.AtomicGet(s[i]), w[i].Load(), "variable %d", i)
	}
}

// TestPeerAgreesOnHandOver: values handed from one to the next by Retry, in
// the same order by both.
func TestPeerAgreesOnHandOver(t *testing.T) {
	const n = 300
	var fromPeer, fromWeft []int
	ps, ws := peer.NewVar(0), tvar.New(0)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) { tx.Assert(ps.Get(tx) == 0); ps.Set(tx, i+1) }))
		}
	})
	wg.Go(func() {
		for range n {
			fromPeer = append(fromPeer, peer.Atomically(func(tx *peer.Tx) int {
				x := ps.Get(tx)
				tx.Assert(x != 0)
				ps.Set(tx, 0)
				return x
			}))
		}
	})
	wg.Go(func() {
		for i := range n {
			_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error { tx.Check(ws.Get(tx) == 0); ws.Set(tx, i+1); return nil })
		}
	})
	wg.Go(func() {
		for range n {
			x, _ := stm.Do(t.Context(), func(tx *stm.Tx) (int, error) {
				x := ws.Get(tx)
				tx.Check(x != 0)
				ws.Set(tx, 0)
				return x, nil
			})
			fromWeft = append(fromWeft, x)
		}
	})
	wg.Wait()
	require.Len(t, fromWeft, n)
	require.Equal(t, fromPeer, fromWeft)
}
