package trial

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/weft-stm/weft/internal/contention"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// A Config says what to run.
type Config struct {
	Workload *workload.Workload
	Engine   string // name of a memory.System
	Procs    int    // GOMAXPROCS; 0 leaves it
	Hands    int    // goroutines; 0 is Oversubscribed
	Seed     uint64
	Noise    Noise

	// The run ends when both are reached; a zero one is reached at once.
	Attempts int64
	Duration time.Duration

	Window   int           // attempts between two checks; 0 is DefaultWindow
	Patience time.Duration // how long nothing may happen; 0 is DefaultPatience
	SaveDir  string        // where a bad window is saved; "" saves none
	Progress func(Progress)
}

// Defaults of a Config.
const (
	DefaultWindow   = 100_000
	DefaultPatience = 60 * time.Second
)

// Limits of a Config: each hand takes memory for its history.
const (
	MostHands = 1024
	MostProcs = 1024
)

// windowOperations bounds the operations of a window, and so its memory.
const windowOperations = 1_000_000

// Oversubscribed is the number of hands that contend for procs processors.
func Oversubscribed(procs int) int { return max(8, 4*procs) }

// A Progress says how far a run is.
type Progress struct {
	Attempts int64
	Elapsed  time.Duration
	Found    int // violations
}

// attemptBound is the number of attempts in a row after which a transaction of
// a system has committed or waits for a change: with the default policy it
// loses at most 16 before it gets the serial token, with any other as many as
// package contention allows.
var attemptBound = map[string]int{memory.Weft: 17, memory.Policies: contention.MaxLosses + 1}

// A run is a trial in progress.
type run struct {
	Config
	system   memory.System
	instance *workload.Instance
	labels   []string // of its variables
	memory   memory.Memory[stamped]
	history  *history.History
	hands    []*hand
	total    totals
	found    findings
	result   *Result
	start    time.Time
}

type hand struct {
	workload.Hand
	meter *meter
	noise *noise
}

// Run runs a trial. The error says that the Config cannot be run; a violation
// is in the Result, and so is what was done until ctx ended.
func Run(ctx context.Context, c Config) (*Result, error) {
	r, err := newRun(c)
	if err != nil {
		return nil, err
	}
	if r.Procs > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(r.Procs))
	}
	r.Noise.engine().Set(r.Seed)
	defer engine.Noise{}.Set(0)
	before := readCount()
	r.start = time.Now()
	r.windows(ctx)
	r.result.Elapsed = time.Since(r.start)
	if r.system.Counted {
		r.result.Events = since(before)
	}
	r.result.finish(r)
	return r.result, nil
}

func newRun(c Config) (*run, error) {
	system, err := memory.Find(c.Engine)
	if err != nil {
		return nil, err
	}
	if c.Workload.Needs&^system.Features != 0 {
		return nil, fmt.Errorf("%w: %s on %s", ErrUnable, c.Workload.Name, c.Engine)
	}
	procs := c.Procs
	if procs == 0 {
		procs = runtime.GOMAXPROCS(0)
	}
	if c.Hands == 0 {
		c.Hands = Oversubscribed(procs)
	}
	c.Hands = max(c.Hands, c.Workload.Least)
	if c.Window == 0 {
		c.Window = DefaultWindow
	}
	if c.Patience == 0 {
		c.Patience = DefaultPatience
	}
	r := &run{Config: c, system: system}
	r.instance = c.Workload.Make(c.Hands, rand.New(rand.NewPCG(c.Seed, ^uint64(0))))
	r.history = history.New(len(r.instance.Initial), c.Hands)
	initial := make([]stamped, len(r.instance.Initial))
	for v, x := range r.instance.Initial {
		initial[v] = stamped{x: x, token: r.history.Initial(v)}
	}
	r.label()
	r.memory = memory.New(c.Engine, initial)
	r.result = newResult(c, procs)
	for id := range c.Hands {
		r.hands = append(r.hands, r.newHand(id))
	}
	return r, nil
}

// label names the variables, also for the history.
func (r *run) label() {
	r.labels = slices.Clone(r.instance.Labels)
	for v := len(r.labels); v < len(r.instance.Initial); v++ {
		r.labels = append(r.labels, fmt.Sprintf("v%d", v))
	}
	for v, label := range r.labels {
		r.history.Label(v, label)
	}
}

// newHand derives all of a hand's random decisions from the seed.
func (r *run) newHand(id int) *hand {
	m := &meter{total: &r.total, clashes: map[clash]int64{}}
	n := newNoise(r.Noise, r.Seed, uint64(id))
	s := newRecorder(r.memory, r.labels, r.history.Log(id), n, m)
	s.numbered = r.system.Numbered
	return &hand{workload.Hand{ID: id, Rand: rand.New(rand.NewPCG(r.Seed, uint64(id)<<1)), Session: s}, m, n}
}

// windows runs one window after the other.
func (r *run) windows(ctx context.Context) {
	for ctx.Err() == nil && !r.found.any() && !r.reached() {
		if !r.work(ctx) {
			return // hands still run: nothing can be read
		}
		r.decide()
		r.report()
	}
}

func (r *run) reached() bool {
	return r.total.attempts.Load() >= r.Attempts && time.Since(r.start) >= r.Duration && r.result.Windows > 0
}

// decide checks the window that has ended and opens the next one.
func (r *run) decide() {
	report := r.history.Check()
	r.result.add(report)
	// First what a user would see, then the evidence.
	if err := r.instance.Check(func(v int) int64 { return r.memory.Load(v).x }); err != nil {
		r.found.add("at rest: " + err.Error())
	}
	for _, v := range report.Violations {
		r.found.add(v.String())
	}
	final := make([]history.Token, len(r.instance.Initial))
	for v := range final {
		final[v] = r.memory.Load(v).token
		if want := report.Final[v]; want != history.None && want != final[v] {
			r.found.add(fmt.Sprintf("at rest: variable %s holds %v, the history says %v", r.labels[v], final[v], want))
		}
	}
	if bound := attemptBound[r.system.Name]; bound > 0 && r.mostInARow() > bound {
		r.found.add(fmt.Sprintf("a transaction made %d attempts in a row; the bound is %d", r.mostInARow(), bound))
	}
	if r.found.any() {
		r.save()
		return
	}
	r.history.Next(final)
}

func (r *run) mostInARow() (row int) {
	for _, h := range r.hands {
		row = max(row, h.meter.row)
	}
	return row
}
