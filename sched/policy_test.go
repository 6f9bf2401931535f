package sched_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// policies are all that are built in, and one that never gives way.
var policies = map[string]stm.Policy{
	"ladder": sched.Ladder{}, "impatient": sched.Ladder{SerialLosses: 1}, "backoff": sched.Backoff{},
	"greedy": sched.Greedy{}, "karma": sched.Karma{}, "serialize": sched.Serialize{},
	"random": sched.Random(1), "stubborn": stubborn{},
}

type stubborn struct{}

func (stubborn) Next(stm.Loss) stm.Step { return stm.Step{} }

// mostLosses is the engine's bound: then comes the attempt under the token.
const mostLosses = 64

// TestPoliciesBound makes a transaction lose whenever it can lose: with each
// policy it commits within the bound.
func TestPoliciesBound(t *testing.T) {
	for name, p := range policies {
		t.Run(name, func(t *testing.T) {
			v := tvar.New(0)
			attempts := 0
			err := stm.Atomically(ctx, func(tx *stm.Tx) error {
				attempts = tx.Attempt()
				x := v.Get(tx)
				won := make(chan bool, 1)
				go func() {
					v.Modify(func(n int) int { return n + 1 })
					won <- true
				}()
				// Under the token the rival waits until this transaction ends.
				for range 100 {
					select {
					case <-won:
						v.Set(tx, x+1000)
						return nil
					default:
						runtime.Gosched()
					}
				}
				v.Set(tx, x+1000)
				return nil
			}, stm.WithPolicy(p))
			require.NoError(t, err)
			require.LessOrEqual(t, attempts, mostLosses+1)
			_, err = v.Await(ctx, func(n int) bool { return n == 1000+attempts })
			require.NoError(t, err)
		})
	}
}

// TestPoliciesCount: whatever the policy, nothing gets lost, and everybody ends.
func TestPoliciesCount(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for name, p := range policies {
		t.Run(name, func(t *testing.T) {
			a, b := tvar.New(0), tvar.New(0)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					w := sched.NewWorker(stm.WithPolicy(p))
					for range 300 {
						_ = w.Atomically(ctx, func(tx *stm.Tx) error {
							x := a.Get(tx)
							runtime.Gosched()
							a.Set(tx, x+1)
							b.Set(tx, b.Get(tx)-1)
							return nil
						})
					}
				})
			}
			wg.Wait()
			require.Equal(t, 2400, a.Load())
			require.Equal(t, -2400, b.Load())
		})
	}
}

// TestPolicyIsTold what happened, and only after a loss.
func TestPolicyIsTold(t *testing.T) {
	var seen []stm.Loss
	v := tvar.New(0)
	lose := func(tx *stm.Tx) error {
		x := v.Get(tx)
		if tx.Attempt() <= 3 {
			done := make(chan bool)
			go func() { v.Modify(func(n int) int { return n + 1 }); close(done) }()
			<-done
		}
		v.Set(tx, x+1)
		return nil
	}
	p := tell(func(l stm.Loss) { seen = append(seen, l) })
	require.NoError(t, stm.Atomically(ctx, lose, stm.WithPolicy(p)))
	require.Len(t, seen, 3)
	for i, l := range seen {
		require.Equal(t, i+1, l.Losses)
		require.Equal(t, i+1, l.Attempts)
		require.Equal(t, i+1, l.Same)
		require.Equal(t, 2, l.Accesses)
		require.Equal(t, 2*(i+1), l.Wasted)
		require.Equal(t, seen[0].Order, l.Order)
		require.Positive(t, l.Order)
		require.Positive(t, l.Rate)
		require.Less(t, l.Rate, 1.)
	}
	require.Panics(t, func() { stm.WithPolicy(nil) })
}

type tell func(stm.Loss)

func (f tell) Next(l stm.Loss) stm.Step { f(l); return stm.Step{} }

func TestWorkerDefaultsAndStats(t *testing.T) {
	w := sched.NewWorker(stm.Name("mine"), stm.MaxAttempts(1))
	require.Zero(t, w.Stats())
	v := tvar.New(0)
	err := w.Atomically(ctx, func(tx *stm.Tx) error {
		v.Get(tx)
		done := make(chan bool)
		go func() { v.Store(5); close(done) }()
		<-done
		v.Set(tx, 1)
		return nil
	})
	var contention *stm.ContentionError
	require.ErrorAs(t, err, &contention)
	require.Equal(t, "mine", contention.Name)
	require.NoError(t, w.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, 2); return nil }, stm.Name("other")))
	require.Panics(t, func() { _ = w.Atomically(ctx, func(tx *stm.Tx) error { panic("out") }) })
	require.NoError(t, w.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, 3); return nil }))
	s := w.Stats()
	require.Equal(t, []uint64{4, 2, 1, 1}, []uint64{s.Attempts, s.Commits, s.Conflicts, s.Failures})
	require.Contains(t, w.String(), "4 attempts: 2 commits")
}

// A program whose updates are long and whose rivals are short may give the long
// ones precedence after their first loss.
func ExampleSerialize() {
	inventory := []*tvar.Var[int]{tvar.New(3), tvar.New(4), tvar.New(5)}
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		for _, v := range inventory {
			v.Update(tx, func(n int) int { return n * 2 })
		}
		return nil
	}, stm.WithPolicy(sched.Serialize{}))
	fmt.Println(err, inventory[0].Load(), inventory[1].Load(), inventory[2].Load())
	// Output: <nil> 6 8 10
}
