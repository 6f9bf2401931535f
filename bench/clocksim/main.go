// Clocksim asks how far commits scale past the cores of this machine. It
// measures what moving a cache line between two cores costs here, and then
// simulates cores that do nothing but commit small disjoint transactions, with
// one version clock that every commit increments (GV1 and GV4 of TL2) and with
// blocks of versions, as internal/engine has them.
//
//	go run ./bench/clocksim
//
// A simulation says what follows from its assumptions: the clock is the only
// line that cores share, a line moves for the same price between any two cores,
// and requests for it are served first come first served.
package main

import (
	"container/heap"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

func main() {
	work := flag.Float64("work", 0, "nanoseconds of a transaction without the clock (0: 60, a read-modify-write of one variable)")
	move := flag.Float64("move", 0, "nanoseconds to move a cache line (0: measure it)")
	flag.Parse()
	if flag.NArg() > 0 || *work < 0 || *move < 0 {
		fmt.Fprintln(os.Stderr, "clocksim: want -work and -move, both positive, and nothing else; see -h")
		os.Exit(2)
	}
	if *work == 0 {
		*work = 60
	}
	if *move == 0 {
		*move = measureMove()
	}
	fmt.Printf("a line moves in %.0f ns, a transaction takes %.0f ns without the clock\n", *move, *work)
	t := table.NewWriter()
	t.AppendHeader(table.Row{"cores", "one increment a commit", "blocks of 64", "blocks of 1,024"})
	for _, cores := range []int{1, 2, 4, 8, 16, 32, 64} {
		row := table.Row{cores}
		for _, every := range []int{1, 64, 1024} {
			alone := simulate(1, every, *work, *move)
			row = append(row, fmt.Sprintf("%.2f×", simulate(cores, every, *work, *move)/alone))
		}
		t.AppendRow(row)
	}
	fmt.Println(t.Render())
	fmt.Println("commits a second over those of one core with the same clock, simulated")
}

// measureMove has two goroutines increment one number in turns, and returns
// the median time of a hand-over of rounds.
func measureMove() float64 {
	const rounds, turns = 15, 20_000
	var took []float64
	for range rounds {
		var x atomic.Uint64
		began := time.Now()
		var wg sync.WaitGroup
		for me := range uint64(2) {
			wg.Go(func() {
				for x.Load() < turns {
					if n := x.Load(); n%2 == me {
						x.Store(n + 1)
					}
				}
			})
		}
		wg.Wait()
		took = append(took, float64(time.Since(began).Nanoseconds())/turns)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// A core is one that wants the clock at a time.
type core struct {
	id int
	at float64
}

type agenda []core

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at < a[j].at }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(core)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// local is what an increment costs whose line is there already.
const local = 6

// simulate returns commits a nanosecond of so many cores, which increment the
// clock at every so many commits.
func simulate(cores, every int, work, move float64) float64 {
	var a agenda
	for id := range cores {
		heap.Push(&a, core{id, work * float64(every) * float64(id+1) / float64(cores)})
	}
	free, owner := 0.0, -1
	served := 0
	const enough = 20_000
	for ; served < enough; served++ {
		c := heap.Pop(&a).(core)
		cost := float64(local)
		if owner != c.id {
			cost += move
		}
		free = max(free, c.at) + cost
		owner = c.id
		c.at = free + work*float64(every)
		heap.Push(&a, c)
	}
	return float64(served*every) / free
}
