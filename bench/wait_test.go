package bench

import (
	"fmt"
	"os"
	"sync"
	"testing"

	peer "github.com/anacrolix/stm"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// BenchmarkPingPong has two goroutines take turns, b.N times each, so a
// hand-over is half an operation.
func BenchmarkPingPong(b *testing.B) {
	type table struct{ play func(me int) } // waits for the turn of me and passes it on
	tables := map[string]func() table{
		"channel": func() table {
			c := [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}
			c[0] <- struct{}{}
			return table{func(me int) {
				<-c[me]
				c[1-me] <- struct{}{}
			}}
		},
		"cond": func() table {
			var mu sync.Mutex
			turn, changed := 0, sync.NewCond(&mu)
			return table{func(me int) {
				mu.Lock()
				for turn != me {
					changed.Wait()
				}
				turn = 1 - me
				changed.Signal()
				mu.Unlock()
			}}
		},
		"weft": func() table {
			turn := tvar.New(0)
			return table{func(me int) {
				_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
					tx.Check(turn.Get(tx) == me)
					turn.Set(tx, 1-me)
					return nil
				})
			}}
		},
		"anacrolix": func() table {
			turn := peer.NewVar(0)
			return table{func(me int) {
				peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) {
					tx.Assert(turn.Get(tx) == me)
					turn.Set(tx, 1-me)
				}))
			}}
		},
	}
	for _, name := range []string{"channel", "cond", "weft", "anacrolix"} {
		b.Run("lib="+name, func(b *testing.B) {
			t := tables[name]()
			b.ReportAllocs()
			var wg sync.WaitGroup
			for me := range 2 {
				wg.Go(func() {
					for range b.N {
						t.play(me)
					}
				})
			}
			wg.Wait()
		})
	}
}

// BenchmarkHerd wakes a thousand goroutines that wait for one change, and waits
// for them all to wait for the next.
func BenchmarkHerd(b *testing.B) {
	const herd = 1000
	type field struct {
		await func(epoch int) // blocks until it is this
		next  func()          // makes it the next
	}
	fields := map[string]func() field{
		"cond": func() field {
			var mu sync.Mutex
			now, changed := 0, sync.NewCond(&mu)
			return field{
				func(epoch int) {
					mu.Lock()
					for now < epoch {
						changed.Wait()
					}
					mu.Unlock()
				},
				func() {
					mu.Lock()
					now++
					changed.Broadcast()
					mu.Unlock()
				},
			}
		},
		"weft": func() field {
			now := tvar.New(0)
			return field{
				func(epoch int) {
					_ = stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Check(now.Get(tx) >= epoch); return nil })
				},
				func() { now.Modify(func(n int) int { return n + 1 }) },
			}
		},
		"anacrolix": func() field {
			now := peer.NewVar(0)
			return field{
				func(epoch int) {
					peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) { tx.Assert(now.Get(tx) >= epoch) }))
				},
				func() { peer.AtomicModify(now, func(n int) int { return n + 1 }) },
			}
		},
	}
	for _, name := range []string{"cond", "weft", "anacrolix"} {
		b.Run(fmt.Sprintf("waiters=%d/lib=%s", herd, name), func(b *testing.B) {
			f := fields[name]()
			b.ReportAllocs()
			var all, awake sync.WaitGroup
			awake.Add(herd)
			for range herd {
				all.Go(func() {
					for epoch := range b.N {
						f.await(epoch + 1)
						awake.Done()
					}
				})
			}
			for i := range b.N {
				f.next()
				awake.Wait()
				if i < b.N-1 {
					awake.Add(herd)
				}
			}
			all.Wait()
		})
	}
}

// BenchmarkIrrevocable has every transaction do a little input and output,
// irrevocably, and update a variable of its goroutine's own.
func BenchmarkIrrevocable(b *testing.B) {
	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(b, err)
	b.Cleanup(func() { _ = out.Close() })
	line := []byte("one line\n")
	for _, g := range []int{1, 2, 8} {
		var mu sync.Mutex
		for name, make := range map[string]func() func(){
			"mutex": func() func() {
				n := 0
				return func() {
					mu.Lock()
					_, _ = out.Write(line)
					n++
					mu.Unlock()
				}
			},
			"weft": func() func() {
				v := newVars(1)[0]
				return func() {
					_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
						n := v.Get(tx)
						tx.Irrevocable()
						_, err := out.Write(line)
						v.Set(tx, n+1)
						return err
					})
				}
			},
		} {
			b.Run(fmt.Sprintf("g=%d/lib=%s", g, name), func(b *testing.B) {
				var fs []func()
				for range g {
					fs = append(fs, make())
				}
				share(b, fs)
			})
		}
	}
}
