package stm_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// noisy makes the protocol yield now and then, which makes rare interleavings
// common, and prints the seed if the test fails.
func noisy(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	engine.SetNoise(3000, seed)
	t.Cleanup(func() {
		engine.SetNoise(0, 0)
		if t.Failed() {
			t.Logf("seed %#x", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

type chance = *rand.Rand

// crowd runs f on n goroutines, each with a source of chance of its own.
func crowd(t *testing.T, n int, f func(g int, r *rand.Rand)) {
	r := noisy(t)
	var wg sync.WaitGroup
	for g := range n {
		own := rand.New(rand.NewPCG(r.Uint64(), 0))
		wg.Go(func() { f(g, own) })
	}
	wg.Wait()
}

// TestBankWithAuditors: every attempt sees the whole sum, lost ones too.
func TestBankWithAuditors(t *testing.T) {
	const accounts, each, rounds = 16, 100, 2000
	var bank [accounts]*tvar.Var[int]
	for i := range bank {
		bank[i] = tvar.New(each)
	}
	total := func(tx *stm.Tx) {
		sum := 0
		for _, a := range bank {
			sum += a.Get(tx)
		}
		if sum != accounts*each {
			t.Errorf("an attempt saw the sum %d", sum)
		}
	}
	crowd(t, 4, func(g int, r *rand.Rand) {
		for i := range rounds {
			from, to, n := r.IntN(accounts), r.IntN(accounts), r.IntN(20)
			update(t, func(tx *stm.Tx) {
				if i%8 == g {
					total(tx)
				}
				bank[from].Set(tx, bank[from].Get(tx)-n)
				bank[to].Set(tx, bank[to].Get(tx)+n)
				if i%8 == g+1 {
					total(tx)
				}
			})
		}
	})
	update(t, total)
}

// TestWriteSkew: two doctors, one of whom has to stay. Each guard reads both
// variables and writes one.
func TestWriteSkew(t *testing.T) {
	a, b := tvar.New(true), tvar.New(true)
	var left, stayed atomic.Int64
	crowd(t, 4, func(g int, r *rand.Rand) {
		own := []*tvar.Var[bool]{a, b}[g%2]
		for range 500 {
			var goes bool
			update(t, func(tx *stm.Tx) {
				x, y := a.Get(tx), b.Get(tx)
				if !x && !y {
					t.Error("an attempt saw nobody on call")
				}
				goes = x && y
				if goes {
					own.Set(tx, false)
				}
			})
			if goes {
				left.Add(1)
			} else {
				stayed.Add(1)
			}
			update(t, func(tx *stm.Tx) { a.Set(tx, true); b.Set(tx, true) })
		}
	})
	require.NotZero(t, left.Load())
}

// TestZombieTraps: bodies that crash, or never end, if they ever see two
// variables from different states.
func TestZombieTraps(t *testing.T) {
	x, y := tvar.New(0), tvar.New(0)
	var one [1]int
	var trapped atomic.Int64
	before := stm.ReadStats()
	crowd(t, 4, func(g int, r *rand.Rand) {
		for i := range 2000 {
			pause := r.IntN(8) == 0
			update(t, func(tx *stm.Tx) {
				switch {
				case g < 2: // writers keep x == y
					n := x.Get(tx) + 1
					if pause {
						runtime.Gosched()
					}
					x.Set(tx, n)
					y.Set(tx, n)
				case i%2 == 0:
					a := x.Get(tx)
					if pause {
						runtime.Gosched()
					}
					trapped.Add(int64(one[a-y.Get(tx)])) // indexes by 0, or out of range
				default:
					for x.Get(tx) != y.Get(tx) {
						trapped.Add(1)
					}
				}
			})
		}
	})
	require.Zero(t, trapped.Load())
	require.Equal(t, 4000, x.Load())
	require.Equal(t, 4000, y.Load())
	d := stm.ReadStats().Sub(before)
	require.NotZero(t, d.Conflicts, "nothing was tried: %v", d)
}

// TestNoLostUpdate of one counter, by all that can change it.
func TestNoLostUpdate(t *testing.T) {
	v := tvar.New(0)
	const each = 600
	crowd(t, 4, func(g int, r *rand.Rand) {
		for i := range each {
			switch (g + i) % 6 {
			case 0:
				v.Modify(inc)
			case 1:
				update(t, func(tx *stm.Tx) { v.Set(tx, v.Get(tx)+1) })
			case 2:
				update(t, func(tx *stm.Tx) { tvar.Add(tx, v, 1) })
			case 3:
				update(t, func(tx *stm.Tx) { v.Commute(tx, inc) })
			case 4:
				update(t, func(tx *stm.Tx) { n := v.Get(tx); tx.Irrevocable(); v.Set(tx, n+1) })
			case 5:
				update(t, func(tx *stm.Tx) {
					_ = tx.OrElse(
						func(tx *stm.Tx) error { v.Update(tx, inc); tx.Retry(); return nil },
						func(tx *stm.Tx) error { v.Update(tx, inc); return nil })
				})
			}
		}
	})
	require.Equal(t, 4*each, v.Load())
}

// TestTokenRing: a token goes round by Retry. One lost wake-up stops it.
func TestTokenRing(t *testing.T) {
	const members, rounds = 4, 500
	turn := tvar.New(0)
	crowd(t, members, func(g int, _ *rand.Rand) {
		for range rounds {
			update(t, func(tx *stm.Tx) {
				tx.Check(turn.Get(tx)%members == g)
				turn.Update(tx, inc)
			})
		}
	})
	require.Equal(t, members*rounds, turn.Load())
}

// TestProducersAndConsumers over one slot each way, waiting on alternatives.
func TestProducersAndConsumers(t *testing.T) {
	const each = 300
	left, right := tvar.New(0), tvar.New(0) // 0 is empty
	consumed := tvar.New(0)
	put := func(v *tvar.Var[int], n int) func(tx *stm.Tx) error {
		return func(tx *stm.Tx) error { tx.Check(v.Get(tx) == 0); v.Set(tx, n); return nil }
	}
	take := func(v *tvar.Var[int]) func(tx *stm.Tx) error {
		return func(tx *stm.Tx) error {
			n := v.Get(tx)
			tx.Check(n != 0)
			v.Set(tx, 0)
			tvar.Add(tx, consumed, n)
			return nil
		}
	}
	crowd(t, 6, func(g int, _ *rand.Rand) {
		for i := range each {
			var err error
			if g%2 == 0 {
				_, err = stm.Select(ctx, put(left, i+1), put(right, i+1))
			} else {
				_, err = stm.Select(ctx, take(right), take(left))
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	require.Equal(t, 3*each*(each+1)/2, consumed.Load())
}

// TestHerd: a thousand sleepers of one variable and one write: each is woken
// once, and those of another variable not at all.
func TestHerd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sleepers = 1000
		v, w := tvar.New(0), tvar.New(0)
		before := stm.ReadStats()
		done := tvar.New(0)
		sleep := func(of *tvar.Var[int]) {
			update(t, func(tx *stm.Tx) { tx.Check(of.Get(tx) == 1); tvar.Add(tx, done, 1) })
		}
		for range sleepers {
			go sleep(v)
		}
		for range 10 {
			go sleep(w)
		}
		synctest.Wait()
		v.Store(1)
		synctest.Wait()
		require.Equal(t, sleepers, done.Load())
		require.EqualValues(t, sleepers, stm.ReadStats().Sub(before).Wakes)
		w.Store(1)
		synctest.Wait()
		require.Equal(t, sleepers+10, done.Load())
		d := stm.ReadStats().Sub(before)
		require.EqualValues(t, sleepers+10, d.Wakes)
		require.EqualValues(t, sleepers+10, d.Retries, "nobody woke in vain")
	})
}

// TestPanicStorm: half of the bodies panic; the others lose nothing by it.
func TestPanicStorm(t *testing.T) {
	v, w := tvar.New(0), tvar.New(0)
	const each = 200
	var panics atomic.Int64
	crowd(t, 4, func(g int, r *rand.Rand) {
		for i := range each {
			func() {
				defer func() {
					if recover() != nil {
						panics.Add(1)
					}
				}()
				update(t, func(tx *stm.Tx) {
					n := v.Get(tx)
					v.Set(tx, n+1)
					if i%2 == 0 {
						panic("storm")
					}
					w.Set(tx, n+1)
				})
			}()
		}
	})
	require.EqualValues(t, 4*each/2, panics.Load())
	require.Equal(t, 4*each/2, v.Load())
	require.Equal(t, 4*each/2, w.Load())
}

// TestLongUpdaterBesideHotWriters commits within the bound: sixteen lost
// attempts at most, then one that cannot lose.
func TestLongUpdaterBesideHotWriters(t *testing.T) {
	vars := make([]*tvar.Var[int], 300)
	for i := range vars {
		vars[i] = tvar.New(0)
	}
	own, cancel := context.WithCancel(ctx)
	worst := 0
	crowd(t, 4, func(g int, r *rand.Rand) {
		if g > 0 {
			for own.Err() == nil {
				update(t, func(tx *stm.Tx) {
					for range 2 {
						vars[r.IntN(len(vars))].Update(tx, inc)
					}
				})
			}
			return
		}
		defer cancel()
		for range 20 {
			update(t, func(tx *stm.Tx) {
				for _, v := range vars {
					v.Update(tx, inc)
				}
				worst = max(worst, tx.Attempt())
			})
		}
	})
	require.LessOrEqual(t, worst, 17)
	t.Logf("at most %d attempts", worst)
}

// TestSymmetricWriters lock the same variables in opposite orders.
func TestSymmetricWriters(t *testing.T) {
	a, b := tvar.New(0), tvar.New(0)
	const each = 1000
	crowd(t, 4, func(g int, _ *rand.Rand) {
		x, y := a, b
		if g%2 == 0 {
			x, y = b, a
		}
		for i := range each {
			update(t, func(tx *stm.Tx) { x.Set(tx, i); y.Set(tx, i) })
		}
	})
	require.Equal(t, a.Load(), b.Load())
}

// TestPrivatization: what a transaction took out of the shared state is its
// own after Quiesce, and may be changed in place. The race detector is the
// oracle.
func TestPrivatization(t *testing.T) {
	type plain struct{ n, m int }
	shared := tvar.New(&plain{})
	crowd(t, 4, func(g int, r *rand.Rand) {
		for range 150 {
			if g%2 == 0 {
				_, err := stm.Do(ctx, func(tx *stm.Tx) (int, error) {
					p := shared.Get(tx)
					if p == nil {
						return 0, nil
					}
					if p.n != p.m {
						t.Error("somebody changes a shared struct")
					}
					return p.n, nil
				})
				if err != nil {
					t.Error(err)
				}
				continue
			}
			p, err := stm.Do(ctx, func(tx *stm.Tx) (*plain, error) { return shared.Swap(tx, nil), nil })
			if err == nil {
				err = stm.Quiesce(ctx)
			}
			if err != nil {
				t.Error(err)
			}
			if p == nil {
				continue
			}
			p.n++
			p.m++
			update(t, func(tx *stm.Tx) { shared.Set(tx, p) })
		}
	})
	require.NotZero(t, shared.Load().n)
}
