package explore

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/weft-stm/weft/internal/explore/access"
)

// runs numbers the executions of this process; 0 is none.
var runs atomic.Uint32

// running is the execution whose guests run at present.
var running atomic.Pointer[execution]

// realTime is the object that beginnings and ends of transactions access.
const realTime = 1

// An execution is one run of a program under one schedule.
type execution struct {
	run      uint32
	strategy strategy
	maxSteps int
	noted    bool // keep what the printed interleaving needs

	threads  []*thread
	steps    []step
	arena    []touch // backs the touches of steps
	objects  uint32  // numbers given
	channels map[<-chan struct{}]uint32

	current *thread // runs now
	chosen  *thread // runs next; nil ends the run
	enabled mask
	// lastResort says that enabled are pauses that nothing will end.
	lastResort bool
	// vain are the others in a pause, which may end though it is in vain.
	vain      mask
	impatient bool   // such pauses do end
	starting  bool   // guests run to their first announcement
	stopping  bool   // guests are being discarded
	probing   bool   // ready runs: accesses are recorded, not scheduled
	silent    bool   // Unobserved
	label     string // of the Begin or End being announced
	probed    []touch

	pruned   bool
	deadlock bool
	failure  *Failure
}

// A strategy decides who moves.
type strategy interface {
	// next prepares another run, or reports that there is none.
	next() bool

	// visit is told each state before choose, the last one included.
	visit(e *execution)

	// choose returns a thread of e.enabled, or of e.vain, and the decision to take if it is
	// at a Choice. A negative thread ends the run: nothing new follows.
	choose(e *execution) (thread, option int)
}

// newExecution returns an execution that has no threads yet. It takes over the
// buffers of last, which may be nil.
func newExecution(st strategy, s Search, last *execution) *execution {
	e := &execution{
		run: runs.Add(1), strategy: st, maxSteps: s.MaxSteps, impatient: s.impatient,
		objects: realTime, channels: map[<-chan struct{}]uint32{},
	}
	if last != nil {
		e.steps, e.arena = last.steps[:0], last.arena[:0]
	}
	return e
}

// execute runs the threads until all have finished or none will go on. judge
// is called then, before the guests that are left are discarded.
func (e *execution) execute(judge func()) {
	e.listen(true)
	e.starting = true
	for _, t := range e.threads {
		e.current = t
		e.start(t)
		t.resume()
	}
	e.starting = false
	if e.failure == nil {
		e.schedule()
	}
	for e.chosen != nil {
		e.current = e.chosen
		e.current.resume()
	}
	e.listen(false)
	judge()
	e.listen(true)
	defer e.listen(false)
	e.stopping = true
	for _, t := range e.threads {
		if !t.finished || t.exited {
			t.discard()
		}
	}
}

// listen makes accesses announce themselves to e, or go straight through.
func (e *execution) listen(on bool) {
	if on {
		running.Store(e)
		access.Listen(e)
	} else {
		access.Listen(nil)
		running.Store(nil)
	}
}

// schedule decides who moves next: chosen, with its step recorded.
func (e *execution) schedule() {
	e.chosen = nil
	if e.failure != nil {
		return
	}
	if last := len(e.steps) - 1; last >= 0 && e.steps[last].writes() {
		e.threads[e.steps[last].thread].inVain = 0
	}
	unfinished := e.refresh()
	e.strategy.visit(e)
	switch {
	case e.failure != nil:
	case unfinished == 0:
	case e.enabled == 0:
		e.deadlock = true
	case len(e.steps) >= e.maxSteps:
		e.fail(Livelock, "no end after %d steps", e.maxSteps)
	default:
		thread, option := e.strategy.choose(e)
		if thread < 0 {
			e.pruned = e.failure == nil
			return
		}
		e.take(e.threads[thread], option)
	}
}

// patience is how often in a row a thread pauses in vain before it counts as
// stuck. Polling loops that give up do so earlier.
const patience = 64

// refresh brings enabled and the touches of all pending accesses up to date.
//
// A pause may end although what it waits for does not hold; it does if nothing
// else can move, and from then on until the thread has written something. So
// two threads that each hold what the other tries to lock come to the end of
// their patience, one of them first. Impatient searches need not wait for that.
func (e *execution) refresh() (unfinished mask) {
	var paused mask
	e.enabled, e.lastResort = 0, false
	for _, t := range e.threads {
		if t.finished {
			continue
		}
		unfinished |= bit(t.index)
		switch {
		case t.ready == nil || e.probe(t):
			e.enabled |= bit(t.index)
		case t.pending.kind == access.Pause && t.inVain < patience:
			paused |= bit(t.index)
		}
	}
	if e.enabled == 0 && paused != 0 {
		e.enabled, e.lastResort = e.giveUp(paused)
	}
	e.vain = paused &^ e.enabled
	return unfinished
}

// giveUp returns who ends a pause in vain when all that can move have paused:
// the thread that did before, or any if it is the first time.
func (e *execution) giveUp(paused mask) (enabled mask, first bool) {
	for _, t := range e.threads {
		if paused.has(t.index) && t.inVain > 0 {
			return bit(t.index), false
		}
	}
	return paused, true
}

// choices are the threads that a random search may move.
func (e *execution) choices() mask {
	if e.impatient {
		return e.enabled | e.vain
	}
	return e.enabled
}

// probe evaluates what t waits for. The access depends on all that was looked
// at: only a write to one of those objects can change the answer.
func (e *execution) probe(t *thread) bool {
	e.probing, e.probed = true, t.touches[:0]
	t.holds = t.ready()
	e.probing = false
	t.touches = e.probed
	if t.pending.kind == access.Lock {
		t.touches = append(t.touches, touch{t.pending.object, writes})
	}
	return t.holds
}

func (e *execution) take(t *thread, option int) {
	from := len(e.arena)
	e.arena = append(e.arena, t.touches...)
	e.steps = append(e.steps, step{
		thread: t.index, option: option, op: t.pending, remark: t.remark, enabled: e.enabled, forced: e.lastResort,
		touches: e.arena[from:len(e.arena):len(e.arena)],
	})
	t.option = option
	if t.pending.kind == access.Pause && !t.holds {
		t.inVain++
	}
	e.steps[len(e.steps)-1].inVain = t.inVain > 2
	e.chosen = t
}

// announce lets others move and returns when the current thread may go on.
func (e *execution) announce(o op, ready func() bool) {
	t := e.current
	if e.noted {
		t.remark = &remark{label: e.label, where: caller()}
		e.label = ""
	}
	t.pending, t.ready = o, ready
	t.touches = t.touches[:0]
	if o.object != 0 && ready == nil {
		t.touches = append(t.touches, touch{o.object, modeOf(o.kind)})
	}
	if !e.starting {
		e.schedule()
		if e.chosen == t {
			return
		}
	}
	if !t.yield(struct{}{}) {
		runtime.Goexit() // discarded
	}
}

// fail ends the run.
func (e *execution) fail(k Kind, format string, args ...any) {
	if e.failure == nil {
		e.failure = &Failure{Kind: k, Text: fmt.Sprintf(format, args...)}
	}
	e.chosen = nil
}
