//go:build stmexplore

package explore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

var programFlag = flag.Int("program", -1, "explore the generated program of this number only")

// TestGeneratedPrograms explores programs that nobody thought of, and looks
// for a serial order that explains each run, aborted attempts included.
func TestGeneratedPrograms(t *testing.T) {
	first, programs, runs := 0, 300, 100
	if explore.Deep() {
		first, programs, runs = int(time.Now().Unix())*1000, 2000, 2000
		t.Logf("programs from number %d", first)
	}
	if *programFlag >= 0 {
		first, programs = *programFlag, 1
	}
	var total tally
	for n := first; n < first+programs; n++ {
		p := generate(uint64(n))
		program := func(r *explore.Run) { newPlay(r, p, &total).start() }
		flags := fmt.Sprintf("-program %d", n)
		searches := []explore.Search{
			explore.PCT(uint64(n), 3, runs), explore.Random(uint64(n), runs/2), explore.DPOR(runs),
		}
		for _, s := range searches {
			if _, failure := explore.Find(t, flags, program, s); failure != "" {
				t.Fatalf("program %d:\n%s\n%s", n, p, failure)
			}
		}
	}
	t.Logf("%d programs: %+v", programs, total)
	if *programFlag < 0 {
		total.enough(t)
	}
}

// A tally counts what the runs of generated programs have met: an exploration
// without conflicts would prove nothing.
type tally struct {
	runs, commits, conflicts, retries, failures, cancelled, blocked int

	codes   [numCodes]int   // instructions begun
	actions [numActions]int // steps of threads begun
}

func (n *tally) enough(t *testing.T) {
	for what, k := range map[string]int{
		"conflict": n.conflicts, "Retry": n.retries, "failure": n.failures,
		"cancelled wait": n.cancelled, "legitimate deadlock": n.blocked,
	} {
		if k == 0 {
			t.Errorf("no run had a %s: the programs are too tame", what)
		}
	}
	for c, k := range n.codes {
		if k == 0 {
			t.Errorf("no run had a %q", instruction{code: code(c)})
		}
	}
	for a, k := range n.actions {
		if k == 0 {
			t.Errorf("no run had a %q", act{action: action(a)})
		}
	}
}

// A play is one run of a generated program.
type play struct {
	*world
	p        *generated
	vars     []*tvar.Var[int]
	workers  []*sched.Worker // by thread
	ctx      *explore.Context
	attempts []*attempt
	waiting  []*attempt // by thread: the attempt of the call in progress
	wrong    error
	total    *tally
}

func newPlay(r *explore.Run, p *generated, total *tally) *play {
	y := &play{world: &world{Run: r}, p: p, ctx: explore.NewContext(), total: total, waiting: make([]*attempt, len(p.threads))}
	for range p.vars {
		y.vars = append(y.vars, newVar(y.world, 0))
	}
	for i, n := range p.commits {
		y.workers = append(y.workers, y.worker(n, p.shown && i == len(p.commits)-1))
	}
	return y
}

func (y *play) start() {
	for i, acts := range y.p.threads {
		y.Go(fmt.Sprintf("T%d", i), func() {
			for j, a := range acts {
				y.act(i, fmt.Sprintf("T%d.%d", i, j), a)
			}
		})
	}
	y.Final(y.world.residue)
	y.Final(func() error {
		y.total.runs++
		return errors.Join(y.wrong, judge(y.attempts, state{}, y.state()))
	})
	y.Deadlock(y.deadlock)
}

func (y *play) state() (s state) {
	for i, v := range y.vars {
		s[i] = v.Load()
	}
	return s
}

// deadlock accepts a state in which every blocked transaction would wait in
// the model, too.
func (y *play) deadlock([]string) error {
	y.total.blocked++
	last := y.state()
	for _, a := range y.waiting {
		if a == nil {
			continue
		}
		a.end = y.Steps()
		if a.ending != undone {
			return fmt.Errorf("%s is stuck, and not in a Retry", a.name)
		}
		if _, _, e := alone(a.body, last); e != undone {
			return fmt.Errorf("%s waits although it could go on in %v: a wake-up was lost", a.name, last)
		}
	}
	return errors.Join(y.wrong, judge(y.attempts, state{}, last))
}

// act performs one step of a thread as a transaction with a beginning and an
// end in real time.
func (y *play) act(thread int, name string, a act) {
	y.total.actions[a.action]++
	if a.action == actCancel {
		y.ctx.Cancel()
		return
	}
	explore.Begin(name)
	begin := y.Steps()
	switch a.action {
	case actAtomically, actView:
		y.transaction(thread, name, a, begin)
		return
	}
	single := y.single(thread, name, a, begin)
	explore.End(name)
	single.end = y.Steps()
	y.attempts = append(y.attempts, single)
}

// single performs a step on one variable, described as the transaction that it
// amounts to.
func (y *play) single(thread int, name string, a act, begin int) *attempt {
	t := &attempt{name: name, begin: begin, ending: committed}
	v := y.vars[a.v]
	get := instruction{code: opGet, v: a.v}
	switch a.action {
	case actLoad:
		t.body, t.trace = []instruction{get}, []int{v.Load()}
	case actStore:
		v.Store(a.n)
		t.body = []instruction{{code: opSet, v: a.v, n: a.n}}
	case actModify:
		t.trace = []int{v.Modify(func(n int) int { return n + a.n }) - a.n}
		t.body = []instruction{{code: opInc, v: a.v, n: a.n}}
	case actAwait:
		wait := instruction{code: opCheck, v: a.v, n: a.n}
		y.waiting[thread] = &attempt{name: name, body: []instruction{wait}, ending: undone}
		got, err := v.Await(ctx, func(n int) bool { return n != a.n })
		must(err)
		y.waiting[thread] = nil
		t.body, t.trace = []instruction{wait}, []int{got}
	}
	return t
}

// transaction runs a body and keeps each attempt.
func (y *play) transaction(thread int, name string, a act, begin int) {
	c := &call{play: y, thread: thread, name: name, act: a, began: begin}
	var err error
	panicked := false
	func() {
		defer func() {
			switch r := recover(); r.(type) {
			case nil:
			case userPanic:
				panicked = true
			default:
				panic(r)
			}
		}()
		err = c.run()
	}()
	explore.End(name)
	c.ended(err, panicked)
	y.waiting[thread] = nil
}

// A call is a generated transaction while it runs.
type call struct {
	*play
	thread     int
	name       string
	act        act
	began      int      // of the next attempt: the last step known to precede it
	now        *attempt // the attempt that runs, or ran last
	bodies     int
	retried    int // bodies that asked to wait
	commits    int // OnCommit hooks run
	rollbacks  int // OnRollback hooks run
	safe       bool
	afterwards bool // an attempt began after an irrevocable one
}

func (c *call) run() error {
	var opts []stm.Option
	k := c.workers[c.thread]
	under := context.Context(ctx)
	if c.act.cancellable {
		under = c.ctx
	}
	if c.act.irrevocable {
		opts = append(opts, stm.Irrevocable())
	}
	if c.act.maxAttempts > 0 {
		opts = append(opts, stm.MaxAttempts(c.act.maxAttempts))
	}
	if c.act.action == actView {
		_, err := sched.View(under, k, func(tx *stm.Tx) (int, error) { return 0, c.body(tx) }, opts...)
		return err
	}
	return k.Atomically(under, c.body, opts...)
}

// body is one attempt.
func (c *call) body(tx *stm.Tx) error {
	c.close(undone)
	c.afterwards = c.afterwards || c.safe
	c.safe = c.act.irrevocable
	c.bodies++
	c.now = &attempt{name: c.name, body: c.act.body, begin: c.began, ending: undone}
	c.waiting[c.thread] = c.now
	c.attempts = append(c.attempts, c.now)
	tx.OnCommit(func() { c.commits++ })
	tx.OnRollback(func() { c.rollbacks++ })
	defer func() { c.began = c.Steps() }()
	return interpret(c.act.body, transactional{c, tx}, &c.now.trace)
}

// close says how the attempt before the present step ended.
func (c *call) close(e ending) {
	if c.now != nil {
		c.now.ending = e
		c.now.end = c.Steps()
	}
}

// ended closes the call and compares what it returned with what it did.
func (c *call) ended(err error, panicked bool) {
	e := undone
	var lost *stm.ContentionError
	switch {
	case panicked || errors.Is(err, errFail):
		e = failing
		c.total.failures++
	case err == nil:
		e = committed
		c.total.commits++
	case errors.Is(err, context.Canceled):
		c.total.cancelled++
	case errors.As(err, &lost), errors.Is(err, stm.ErrNothingRead), errors.Is(err, stm.ErrIrrevocableRetry):
	default:
		c.complain("returned %v", err)
	}
	c.close(e)
	c.total.retries += c.retried
	c.total.conflicts += max(0, c.bodies-1-c.retried)
	hooks := 0
	if e == committed {
		hooks = 1
	}
	switch {
	case c.commits != hooks || c.rollbacks != c.bodies-hooks:
		c.complain("%d attempts, %d OnCommit and %d OnRollback hooks", c.bodies, c.commits, c.rollbacks)
	case c.act.action == actView && c.bodies != 1:
		c.complain("the body of a View ran %d times", c.bodies)
	case c.afterwards:
		c.complain("an irrevocable attempt started over")
	case lost != nil && (lost.Attempts != c.act.maxAttempts || c.bodies < lost.Attempts):
		c.complain("gave up after %d attempts", c.bodies)
	}
}

func (c *call) complain(format string, args ...any) {
	c.wrong = errors.Join(c.wrong, fmt.Errorf(c.name+": "+format, args...))
}

// transactional is the memory of a real transaction.
type transactional struct {
	c  *call
	tx *stm.Tx
}

func (m transactional) begins(c code) { m.c.total.codes[c]++ }
func (m transactional) get(v int) int { return m.c.vars[v].Get(m.tx) }
func (m transactional) set(v, n int)  { m.c.vars[v].Set(m.tx, n) }
func (m transactional) add(v, n int)  { tvar.Add(m.tx, m.c.vars[v], n) }
func (m transactional) retry()        { m.c.retried++; m.tx.Retry() }

func (m transactional) commute(v int, f func(int) int) { m.c.vars[v].Commute(m.tx, f) }

func (m transactional) irrevocable() { m.tx.Irrevocable(); m.c.safe = true }

func (m transactional) nested(f func() error) error {
	return m.tx.Nested(func(*stm.Tx) error { return f() })
}

func (m transactional) orElse(a, b func() error) error {
	return m.tx.OrElse(func(*stm.Tx) error { return a() }, func(*stm.Tx) error { return b() })
}

// TestReductionLosesNoOutcomeOfTransactions: where DPOR has tried all classes
// of schedules, random schedules lead to nothing else. What the engine shares
// without announcing it would show here.
func TestReductionLosesNoOutcomeOfTransactions(t *testing.T) {
	programs, limit, runs := 25, 1500, 300
	if explore.Deep() {
		programs, limit, runs = 100, 20_000, 10_000
	}
	compared := 0
	for n := range programs {
		p := generate(uint64(n))
		program := func(r *explore.Run) {
			y := newPlay(r, p, new(tally))
			y.start()
			r.Outcome(y.outcome)
		}
		reduced := explore.Explore(program, explore.DPOR(limit))
		require.Nil(t, reduced.Failure, "program %d", n)
		if !reduced.Exhausted {
			continue
		}
		compared++
		for _, s := range []explore.Search{explore.Random(uint64(n), runs), explore.PCT(uint64(n), 4, runs), explore.Preemptions(2, runs)} {
			r := explore.Explore(program, s)
			require.Nil(t, r.Failure, "program %d", n)
			for o := range r.Outcomes {
				require.Contains(t, reduced.Outcomes, o, "program %d, %s\n%s", n, s, p)
			}
		}
	}
	t.Logf("%d of %d programs compared", compared, programs)
	require.NotZero(t, compared)
}

// outcome is all that the attempts saw, and the last state.
func (y *play) outcome() string {
	s := fmt.Sprint(y.state())
	slices.SortStableFunc(y.attempts, func(a, b *attempt) int { return strings.Compare(a.name, b.name) })
	for _, a := range y.attempts {
		s += fmt.Sprintf(" %s%v%d", a.name, a.trace, a.ending)
	}
	return s
}
