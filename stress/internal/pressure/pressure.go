// Package pressure measures what each policy makes of more and more conflicts,
// beside one mutex.
//
// A transaction moves something between four variables and computes for about
// a microsecond in between. With the chance that is the pressure it takes the
// four from those that all goroutines share, else from those of its goroutine.
package pressure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Mutex is the name of the baseline: the same work under one lock.
const Mutex = "mutex"

// A contender is a policy by name, or the mutex.
type contender struct {
	name   string
	policy stm.Policy
}

var contenders = []contender{
	{"Ladder", sched.Ladder{}},
	{"Backoff", sched.Backoff{}},
	{"Greedy", sched.Greedy{}},
	{"Karma", sched.Karma{}},
	{"Serialize", sched.Serialize{}},
	{Mutex, nil},
}

// Pressures are the chances of shared variables that are measured.
var Pressures = []float64{0, 0.01, 0.03, 0.1, 0.3, 1}

// A Config says how to measure.
type Config struct {
	Workers  int
	Rounds   int
	Each     time.Duration
	Seed     uint64
	Progress func(done, total int64, what string)
}

// A Line is one contender under all Pressures.
type Line struct {
	Policy string    `json:"policy"`
	Rates  []float64 `json:"rates"` // commits a second, medians
	Lost   []float64 `json:"lost"`  // attempts lost for each commit, medians; the mutex loses none
}

// Run measures all contenders in interleaved rounds. When ctx ends it returns
// nil and the error. It is an error, too, if a sum is wrong in the end.
func Run(ctx context.Context, c Config) ([]Line, error) {
	rates := make([][][]float64, len(contenders)) // by contender, pressure, round
	lost := make([][][]float64, len(contenders))
	for k := range contenders {
		rates[k], lost[k] = make([][]float64, len(Pressures)), make([][]float64, len(Pressures))
	}
	done, total := int64(0), int64(c.Rounds*len(contenders)*len(Pressures))
	for round := range c.Rounds {
		for p, pressure := range Pressures {
			for k, who := range contenders {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				c.Progress(done, total, fmt.Sprintf("%s at %g, round %d", who.name, pressure, round+1))
				rate, l, err := c.measure(ctx, who, pressure)
				if err != nil {
					return nil, err
				}
				rates[k][p] = append(rates[k][p], rate)
				lost[k][p] = append(lost[k][p], l)
				done++
			}
		}
	}
	lines := make([]Line, len(contenders))
	for k, who := range contenders {
		lines[k].Policy = who.name
		for p := range Pressures {
			lines[k].Rates = append(lines[k].Rates, median(rates[k][p]))
			lines[k].Lost = append(lines[k].Lost, median(lost[k][p]))
		}
	}
	return lines, nil
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	n := len(xs)
	return (xs[(n-1)/2] + xs[n/2]) / 2
}

const (
	sharedVars = 8
	ownVars    = 64 // more than any transaction uses, on lines of its own
	moves      = 4
	rounds     = 120 // of arithmetic between two accesses
)

// measure runs one contender for a while.
func (c Config) measure(ctx context.Context, who contender, pressure float64) (rate, lost float64, _ error) {
	sets := make([]store, c.Workers+1) // the last one is shared
	for i := range sets {
		sets[i] = newStore(who.policy != nil, ownVars)
	}
	var stop atomic.Bool
	var commits atomic.Int64
	var mu sync.Mutex
	var workers sync.WaitGroup
	before := stm.ReadStats()
	began := time.Now()
	for w := range c.Workers {
		workers.Go(func() {
			r := rand.New(rand.NewPCG(c.Seed, uint64(w)))
			n := int64(0)
			for ; (n == 0 || !stop.Load()) && ctx.Err() == nil; n++ {
				from, vars := &sets[w], ownVars
				if r.Float64() < pressure {
					from, vars = &sets[c.Workers], sharedVars
				}
				first := r.IntN(vars)
				if who.policy == nil {
					mu.Lock()
					from.moveLocked(first, vars)
					mu.Unlock()
				} else if stm.Atomically(ctx, func(tx *stm.Tx) error { from.move(tx, first, vars); return nil }, stm.WithPolicy(who.policy)) != nil {
					break // ctx has ended
				}
			}
			commits.Add(n)
		})
	}
	select {
	case <-time.After(c.Each):
	case <-ctx.Done():
	}
	stop.Store(true)
	workers.Wait()
	took := time.Since(began)
	if n := float64(commits.Load()); n > 0 {
		rate = n / took.Seconds()
		lost = float64(stm.ReadStats().Sub(before).Conflicts) / n
	}
	for i := range sets {
		if sum := sets[i].sum(); sum != 0 {
			return 0, 0, fmt.Errorf("%s at %g: variables between which things only move sum up to %d", who.name, pressure, sum)
		}
	}
	return rate, lost, ctx.Err()
}

// A store is variables, or plain integers for the mutex.
type store struct {
	vars  []tvar.Var[int]
	cells []int
}

func newStore(transactional bool, n int) store {
	if transactional {
		return store{vars: make([]tvar.Var[int], n)}
	}
	return store{cells: make([]int, n)}
}

// share is what goes to the i-th of the variables that a transaction uses: all
// of them together get nothing.
func share(i int) int { return 1 - i%2*2 }

func (s *store) move(tx *stm.Tx, first, vars int) {
	for i := range moves {
		v := &s.vars[(first+i)%vars]
		v.Set(tx, compute(v.Get(tx))+share(i))
	}
}

func (s *store) moveLocked(first, vars int) {
	for i := range moves {
		v := &s.cells[(first+i)%vars]
		*v = compute(*v) + share(i)
	}
}

// compute takes a while and returns x.
func compute(x int) int {
	y := uint64(x) | 1
	for range rounds {
		y ^= y << 13
		y ^= y >> 7
		y ^= y << 17
	}
	if y == 0 { // it never is
		return 0
	}
	return x
}

func (s *store) sum() (sum int) {
	for i := range s.vars {
		sum += s.vars[i].Load()
	}
	for _, x := range s.cells {
		sum += x
	}
	return sum
}
