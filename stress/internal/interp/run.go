package interp

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/sched"
)

// A Config says what to measure.
type Config struct {
	Benchmarks []Benchmark
	Threads    []int // numbers of threads, 1 first
	WarmUps    int   // steps before those that count
	Rounds     int   // steps that count, of each cell
	Quick      bool  // little work, to see that all works
	Lengths    []int // of transactions: a cell for each, in which it is fixed
	Progress   func(done, total int64, what string)
	Outcome    func(Outcome) // is called with each as soon as it is there
}

// Modes of a cell beside those of sched.
const (
	GIL    = "gil"
	Serial = "serial"
	STM    = "stm"
	// Ceiling is as many interpreters as there are threads, each of which does
	// the whole work alone: what the machine gives if nothing is shared. The
	// time of a step is divided by their number.
	Ceiling = "ceiling"
)

// fixed is the mode of a cell whose transactions have a fixed length.
func fixed(length int) string { return fmt.Sprintf("stm %d", length) }

// An Outcome is a benchmark in all cells.
type Outcome struct {
	Name      string    `json:"name"`
	About     string    `json:"about"`
	Kind      Kind      `json:"kind"`
	Published Published `json:"published"`
	Cells     []Cell    `json:"cells"`
}

// A Cell is a benchmark in one mode, with one number of threads.
type Cell struct {
	Mode      string        `json:"mode"`
	Threads   int           `json:"threads"`
	Steps     []Step        `json:"steps"` // those that count
	WarmUps   []Step        `json:"warm_ups"`
	Median    time.Duration `json:"median_ns"`
	Processor time.Duration `json:"processor_ns"` // median

	length int // of transactions, if that is fixed
	copies []*instance
	result run.Value
}

// A Step is one measurement.
type Step struct {
	Time         time.Duration `json:"ns"`
	Processor    time.Duration `json:"processor_ns"` // of all processors; 0 if it is not known
	Instructions uint64        `json:"instructions"`
	Wasted       uint64        `json:"wasted"` // of attempts that were lost
	Commits      uint64        `json:"commits"`
	Aborts       uint64        `json:"aborts"`
	Internal     uint64        `json:"internal"`
	Irrevocable  uint64        `json:"irrevocable"`
	RSS          uint64        `json:"rss_bytes"` // of the process, after the step
}

// Run measures. It is an error if a step comes out differently in two cells, or
// finds something wrong.
func Run(ctx context.Context, c Config) ([]Outcome, error) {
	var all []Outcome
	corpus, err := readCorpus(ctx, c)
	if err != nil {
		return nil, err
	}
	perCell := c.WarmUps + c.Rounds
	for i, b := range c.Benchmarks {
		o, err := c.measure(ctx, b, corpus, func(done, cells int, what string) {
			c.Progress(int64(i*perCell*cells+done), int64(len(c.Benchmarks)*perCell*cells), what)
		})
		if err != nil {
			return all, err
		}
		all = append(all, o)
		c.Outcome(o)
	}
	return all, nil
}

// measure measures one benchmark. Another cell is first in each round.
func (c Config) measure(ctx context.Context, b Benchmark, corpus []string, progress func(done, cells int, what string)) (Outcome, error) {
	o := Outcome{Name: b.Name, About: b.About, Kind: b.Kind, Published: b.PyPy}
	for _, mode := range []string{GIL, Serial, STM, Ceiling} {
		for _, n := range c.Threads {
			if mode == Serial && n > 1 || mode == Ceiling && n == 1 {
				continue
			}
			o.Cells = append(o.Cells, Cell{Mode: mode, Threads: n})
		}
	}
	for _, n := range c.Lengths {
		o.Cells = append(o.Cells, Cell{Mode: fixed(n), Threads: c.Threads[len(c.Threads)-1], length: n})
	}
	for k := range o.Cells {
		if err := o.Cells[k].load(ctx, b, c.Quick, corpus); err != nil {
			return o, err
		}
	}
	for round := range c.WarmUps + c.Rounds {
		for k := range o.Cells {
			cell := &o.Cells[(k+round)%len(o.Cells)]
			progress(round*len(o.Cells)+k, len(o.Cells), fmt.Sprintf("%s, %s with %d threads", b.Name, cell.Mode, cell.Threads))
			s, err := cell.step(ctx)
			if err != nil {
				return o, fmt.Errorf("%s, %s with %d threads: %w", b.Name, cell.Mode, cell.Threads, err)
			}
			if round < c.WarmUps {
				cell.WarmUps = append(cell.WarmUps, s)
			} else {
				cell.Steps = append(cell.Steps, s)
			}
			if cell.result != o.Cells[0].result {
				return o, fmt.Errorf("%s, %s with %d threads: a step gives another result than with one thread", b.Name, cell.Mode, cell.Threads)
			}
		}
	}
	for k := range o.Cells {
		cell := &o.Cells[k]
		cell.copies = nil
		cell.Median = median(cell.Steps, func(s Step) time.Duration { return s.Time })
		cell.Processor = median(cell.Steps, func(s Step) time.Duration { return s.Processor })
	}
	return o, nil
}

func (c *Cell) load(ctx context.Context, b Benchmark, quick bool, corpus []string) error {
	mode, threads, copies := sched.STM, c.Threads, 1
	var machine []sched.MachineOption
	switch c.Mode {
	case GIL:
		mode = sched.GIL
	case Ceiling:
		mode, threads, copies = sched.GIL, 1, c.Threads
	case Serial:
		mode = sched.Serial
	}
	if c.length > 0 {
		machine = append(machine, sched.Lengths(c.length, c.length))
	}
	for range copies {
		x, err := b.load(ctx, append(machine, sched.In(mode)), threads, quick, corpus)
		if err != nil {
			return err
		}
		c.copies = append(c.copies, x)
	}
	return nil
}

// step does the work once.
func (c *Cell) step(ctx context.Context) (s Step, err error) {
	before := c.stats()
	results := make([]run.Value, len(c.copies))
	errs := make([]error, len(c.copies))
	runtime.GC()
	start, used := time.Now(), processor()
	var group sync.WaitGroup
	for i, x := range c.copies[1:] {
		group.Go(func() { results[i+1], errs[i+1] = x.in.Call(ctx, "step", x.args...) })
	}
	results[0], errs[0] = c.copies[0].in.Call(ctx, "step", c.copies[0].args...)
	group.Wait()
	s.Time = time.Since(start) / time.Duration(len(c.copies))
	s.Processor = (processor() - used) / time.Duration(len(c.copies))
	for _, e := range errs {
		if e != nil {
			return s, e
		}
	}
	c.result = results[0]
	after := c.stats()
	s.Instructions = after.Steps - before.Steps
	s.Wasted = after.Wasted - before.Wasted
	s.Commits = after.Commits - before.Commits
	s.Aborts = after.Aborts - before.Aborts
	s.Internal = after.Internal - before.Internal
	s.Irrevocable = after.Irrevocables - before.Irrevocables
	s.RSS = resident()
	return s, nil
}

func (c *Cell) stats() sched.MachineStats { return c.copies[0].in.Machine().Stats() }

func median(steps []Step, of func(Step) time.Duration) time.Duration {
	times := make([]time.Duration, len(steps))
	for i, s := range steps {
		times[i] = of(s)
	}
	slices.Sort(times)
	n := len(times)
	if n == 0 {
		return 0
	}
	return (times[(n-1)/2] + times[n/2]) / 2
}
