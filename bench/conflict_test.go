package bench

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	peer "github.com/anacrolix/stm"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A memory is integers that transactions of one system share. Both functions
// may run their body more than once.
type memory struct {
	name   string
	update func(body func(get func(i int) int, set func(i, x int)))
	view   func(body func(get func(i int) int))
}

// memories makes each system's memory of n integers.
func memories(n int) []memory {
	return []memory{
		mutexMemory(n),
		rwmutexMemory(n),
		weftMemory("weft", n),
		weftMemory("weft-backoff", n, stm.WithPolicy(sched.Backoff{})),
		peerMemory(n),
	}
}

func mutexMemory(n int) memory {
	var mu sync.Mutex
	cells := make([]int, n)
	get, set := func(i int) int { return cells[i] }, func(i, x int) { cells[i] = x }
	return memory{"mutex",
		func(body func(func(int) int, func(int, int))) { mu.Lock(); body(get, set); mu.Unlock() },
		func(body func(func(int) int)) { mu.Lock(); body(get); mu.Unlock() },
	}
}

func rwmutexMemory(n int) memory {
	var mu sync.RWMutex
	cells := make([]int, n)
	get, set := func(i int) int { return cells[i] }, func(i, x int) { cells[i] = x }
	return memory{"rwmutex",
		func(body func(func(int) int, func(int, int))) { mu.Lock(); body(get, set); mu.Unlock() },
		func(body func(func(int) int)) { mu.RLock(); body(get); mu.RUnlock() },
	}
}

func weftMemory(name string, n int, opts ...stm.Option) memory {
	vars := make([]tvar.Var[int], n)
	return memory{name,
		func(body func(func(int) int, func(int, int))) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
				body(func(i int) int { return vars[i].Get(tx) }, func(i, x int) { vars[i].Set(tx, x) })
				return nil
			}, opts...)
		},
		func(body func(func(int) int)) {
			_, _ = stm.View(ctx, func(tx *stm.Tx) (struct{}, error) {
				body(func(i int) int { return vars[i].Get(tx) })
				return struct{}{}, nil
			})
		},
	}
}

func peerMemory(n int) memory {
	vars := make([]*peer.Var[int], n)
	for i := range vars {
		vars[i] = peer.NewVar(0)
	}
	return memory{"anacrolix",
		func(body func(func(int) int, func(int, int))) {
			peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) {
				body(func(i int) int { return vars[i].Get(tx) }, func(i, x int) { vars[i].Set(tx, x) })
			}))
		},
		func(body func(func(int) int)) {
			peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) {
				body(func(i int) int { return vars[i].Get(tx) })
			}))
		},
	}
}

const longReads = 1000

// beside runs f b.N times beside so many goroutines that go on with g, and
// reports how often these came round in the meantime.
func beside(b *testing.B, rivals int, g func(rival int), f func()) {
	var stop atomic.Bool
	var rounds atomic.Int64
	var wg sync.WaitGroup
	for i := range rivals {
		wg.Go(func() {
			n := int64(0)
			for !stop.Load() {
				g(i)
				n++
			}
			rounds.Add(n)
		})
	}
	runtime.Gosched() // to the rivals
	b.ResetTimer()
	for range b.N {
		f()
	}
	b.StopTimer()
	stop.Store(true)
	wg.Wait()
	ms := b.Elapsed().Seconds() * 1000
	b.ReportMetric(float64(b.N)/ms, "long/ms")
	b.ReportMetric(float64(rounds.Load())/ms, "short/ms")
}

// longBodies is what the long transaction of each benchmark does.
var longBodies = map[string]func(m memory, rivals int){
	// Reads all and writes one that only it writes.
	"update": func(m memory, _ int) {
		m.update(func(get func(int) int, set func(int, int)) {
			sum := 0
			for i := range longReads {
				sum += get(i)
			}
			set(longReads, sum)
		})
	},
	"view": func(m memory, _ int) {
		m.view(func(get func(int) int) {
			for i := range longReads {
				get(i)
			}
		})
	},
}

// BenchmarkLong is one long transaction after another beside hot writers, each
// of which adds to one of the variables that the long one reads.
func BenchmarkLong(b *testing.B) {
	for _, kind := range []string{"update", "view"} {
		for _, rivals := range []int{1, 8} {
			for _, m := range memories(longReads + 1) {
				b.Run(fmt.Sprintf("long=%s/rivals=%d/lib=%s", kind, rivals, m.name), func(b *testing.B) {
					beside(b, rivals, func(rival int) {
						i := rival * (longReads / 8)
						m.update(func(get func(int) int, set func(int, int)) { set(i, get(i)+1) })
					}, func() { longBodies[kind](m, rivals) })
				})
			}
		}
	}
}

// BenchmarkWriterBesideReaders is short updates beside goroutines that read
// everything again and again: they must not starve the writer.
func BenchmarkWriterBesideReaders(b *testing.B) {
	for _, rivals := range []int{1, 8} {
		for _, m := range memories(longReads) {
			b.Run(fmt.Sprintf("readers=%d/lib=%s", rivals, m.name), func(b *testing.B) {
				beside(b, rivals, func(int) {
					m.view(func(get func(int) int) {
						for i := range longReads {
							get(i)
						}
					})
				}, func() {
					m.update(func(get func(int) int, set func(int, int)) { set(0, get(0)+1) })
				})
			})
		}
	}
}

// BenchmarkAdversarialPairs is that of Ramalhete, Correia and Felber, 2PLSF:
// Two-Phase Locking with Starvation-Freedom, 2023. The goroutines of each pair
// add to the same counters, one from the first to the last and one from the
// last to the first, so that any two of their transactions that run at the same
// time conflict. It reports percentiles of the time that a transaction takes.
func BenchmarkAdversarialPairs(b *testing.B) {
	const counters = 64
	for _, pairs := range []int{1, 4} {
		for _, m := range memories(pairs * counters) {
			b.Run(fmt.Sprintf("g=%d/lib=%s", 2*pairs, m.name), func(b *testing.B) {
				took := make([][]time.Duration, 2*pairs)
				var wg sync.WaitGroup
				for g := range took {
					wg.Go(func() {
						first := g / 2 * counters
						for range b.N / len(took) {
							began := time.Now()
							m.update(func(get func(int) int, set func(int, int)) {
								for k := range counters {
									i := first + k
									if g%2 == 1 {
										i = first + counters - 1 - k
									}
									set(i, get(i)+1)
								}
							})
							took[g] = append(took[g], time.Since(began))
						}
					})
				}
				wg.Wait()
				reportTail(b, slices.Concat(took...))
			})
		}
	}
}

// reportTail reports percentiles of times.
func reportTail(b *testing.B, all []time.Duration) {
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	at := func(share float64) float64 { return float64(all[int(share*float64(len(all)-1))]) }
	b.ReportMetric(at(.5), "p50-ns")
	b.ReportMetric(at(.99), "p99-ns")
	b.ReportMetric(at(.999), "p99.9-ns")
	b.ReportMetric(at(.999)/at(.5), "p99.9/p50")
}

// BenchmarkOversubscribed has more goroutines than cores, each of which moves
// something between two of 64 variables.
func BenchmarkOversubscribed(b *testing.B) {
	const vars = 64
	for _, g := range []int{1, 2, 8, 64, 1000} {
		for _, m := range memories(vars) {
			b.Run(fmt.Sprintf("g=%d/lib=%s", g, m.name), func(b *testing.B) {
				fs := make([]func(), g)
				for i := range fs {
					at := i * 7
					fs[i] = func() {
						at++
						from, to := at%vars, (at*5+1)%vars
						m.update(func(get func(int) int, set func(int, int)) {
							set(from, get(from)-1)
							set(to, get(to)+1)
						})
					}
				}
				share(b, fs)
			})
		}
	}
}
