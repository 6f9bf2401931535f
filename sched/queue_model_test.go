package sched_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// The queue beside a model: generated units over few variables, whose effects
// do not commute, run by a Queue and by a loop.

// An op is one step of a generated unit.
type op struct {
	code    opCode
	a, b, n int
	child   *program // of opAdd
}

type opCode int

const (
	opSet    opCode = iota // a := n
	opMix                  // a := 3a + n
	opCopy                 // b := a + 1
	opSwap                 // a, b := b, a
	opHook                 // tell a on commit
	opAdd                  // add child
	opNested               // a := n, and take it back
	opRetry                // wait until a is not n mod 4
	opFail                 // fail if a is n mod 8
	opPanic                // panic if a is n mod 8
	opYield
	numOps
)

// A program is a generated unit. One of several parts is a sequence.
type program struct {
	id    int
	parts [][]op
}

const modelVars = 4

type generator struct {
	t      *rapid.T
	units  int
	codes  []opCode
	spread int // a part of the variables: more conflicts if small
}

func (g *generator) program(depth int) *program {
	p := &program{id: g.units}
	g.units++
	parts := 1
	if rapid.IntRange(0, 7).Draw(g.t, "sequence") == 0 {
		parts = rapid.IntRange(0, 3).Draw(g.t, "parts")
	}
	for range parts {
		var ops []op
		for range rapid.IntRange(0, 4).Draw(g.t, "ops") {
			o := op{
				code: rapid.SampledFrom(g.codes).Draw(g.t, "code"),
				a:    rapid.IntRange(0, g.spread-1).Draw(g.t, "a"),
				b:    rapid.IntRange(0, g.spread-1).Draw(g.t, "b"),
				n:    rapid.IntRange(0, 9).Draw(g.t, "n"),
			}
			if o.code == opAdd {
				if depth == 0 {
					continue
				}
				o.child = g.program(depth - 1)
			}
			ops = append(ops, o)
		}
		p.parts = append(p.parts, ops)
	}
	return p
}

func (g *generator) programs(most int) []*program {
	ps := make([]*program, rapid.IntRange(1, most).Draw(g.t, "units"))
	for i := range ps {
		ps[i] = g.program(2)
	}
	return ps
}

// What a part does, said once: on plain variables and on those of a
// transaction. An error ends it.
type memory interface {
	get(a int) int
	set(a, v int)
	hook(v int)
	add(p *program)
	retry()
	nested(f func() error)
}

var errPart = errors.New("part")

func perform(m memory, ops []op) error {
	for _, o := range ops {
		switch v := m.get(o.a); o.code {
		case opSet:
			m.set(o.a, o.n)
		case opMix:
			m.set(o.a, 3*v+o.n)
		case opCopy:
			m.set(o.b, v+1)
		case opSwap:
			w := m.get(o.b)
			m.set(o.a, w)
			m.set(o.b, v)
		case opHook:
			m.hook(v)
		case opAdd:
			m.add(o.child)
		case opNested:
			m.nested(func() error { m.set(o.a, o.n); m.hook(-1); return errPart })
		case opRetry:
			if v&3 == o.n&3 {
				m.retry()
			}
		case opFail:
			if v&7 == o.n {
				return errPart
			}
		case opPanic:
			if v&7 == o.n {
				panic(errPart)
			}
		case opYield:
			runtime.Gosched()
		}
	}
	return nil
}

// A loop runs programs one after the other.
type loop struct {
	vars    [modelVars]int
	queue   []*program
	effects []string
	done    []int // ids of the units that have ended, in order

	next  [modelVars]int // of the running part
	hooks []string
	adds  []*program
	id    int
}

func (l *loop) get(a int) int  { return l.next[a] }
func (l *loop) set(a, v int)   { l.next[a] = v }
func (l *loop) hook(v int)     { l.hooks = append(l.hooks, fmt.Sprintf("%d:%d", l.id, v)) }
func (l *loop) add(p *program) { l.adds = append(l.adds, p) }
func (l *loop) retry()         { panic(sched.ErrOrderedRetry) }

func (l *loop) nested(f func() error) {
	was, hooks := l.next, len(l.hooks)
	_ = f()
	l.next, l.hooks = was, l.hooks[:hooks]
}

// part runs one transaction. A panic is returned as an error.
func (l *loop) part(id int, ops []op) (err error) {
	l.id, l.next, l.hooks, l.adds = id, l.vars, nil, nil
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	if err := perform(l, ops); err != nil {
		return err
	}
	l.vars = l.next
	l.effects = append(l.effects, l.hooks...)
	l.queue = append(l.queue, l.adds...)
	return nil
}

// run returns the id of the unit that failed, or -1.
func (l *loop) run() (failed int, err error) {
	for len(l.queue) > 0 {
		p := l.queue[0]
		l.queue = l.queue[1:]
		for _, ops := range p.parts {
			if err := l.part(p.id, ops); err != nil {
				return p.id, err
			}
		}
		l.done = append(l.done, p.id)
	}
	return -1, nil
}

// A parallel runs programs on a Queue.
type parallel struct {
	q       *sched.Queue
	vars    [modelVars]tvar.Var[int]
	effects []string
	commits func(tx *stm.Tx, id, part int) // told of each attempt
	failed  []string                       // names
}

type inTx struct {
	*parallel
	tx *stm.Tx
	id int
}

func (m inTx) get(a int) int { return m.vars[a].Get(m.tx) }
func (m inTx) set(a, v int)  { m.vars[a].Set(m.tx, v) }
func (m inTx) retry()        { m.tx.Retry() }

func (m inTx) hook(v int) {
	m.tx.OnCommit(func() { m.effects = append(m.effects, fmt.Sprintf("%d:%d", m.id, v)) })
}

func (m inTx) nested(f func() error) { _ = m.tx.Nested(func(*stm.Tx) error { return f() }) }

func (m inTx) add(p *program) {
	if len(p.parts) == 1 {
		m.q.AddTx(m.tx, m.body(p, 0), name(p))
		return
	}
	m.q.AddSeqTx(m.tx, m.seq(p), name(p))
}

func name(p *program) stm.Option { return stm.Name(fmt.Sprint(p.id)) }

func (m *parallel) addAll(ps []*program) {
	for _, p := range ps {
		if len(p.parts) == 1 {
			m.q.Add(m.body(p, 0), name(p))
			continue
		}
		m.q.AddSeq(m.seq(p), name(p))
	}
}

func (m *parallel) body(p *program, part int) sched.Body {
	return func(tx *stm.Tx) error {
		if m.commits != nil {
			m.commits(tx, p.id, part)
		}
		return perform(inTx{m, tx, p.id}, p.parts[part])
	}
}

func (m *parallel) seq(p *program) func(func(sched.Body) bool) {
	return func(yield func(sched.Body) bool) {
		for i := range p.parts {
			if !yield(m.body(p, i)) {
				return
			}
		}
	}
}

// run runs the queue; a panic is returned as an error.
func (m *parallel) run() (err error) {
	defer func() {
		if r := recover(); r != nil {
			p := r.(*sched.UnitPanic)
			err = &sched.UnitError{Index: p.Index, Name: p.Name, Err: p.Value.(error)}
			for _, p := range p.Also {
				m.failed = append(m.failed, p.Name)
			}
		}
		var e *sched.UnitError
		if errors.As(err, &e) {
			m.failed = append(m.failed, e.Name)
		}
	}()
	return m.q.Run(ctx)
}

func (m *parallel) values() (v [modelVars]int) {
	for a := range v {
		v[a] = m.vars[a].Load()
	}
	return v
}

// left is the names of the units that have not been run.
func (m *parallel) left() (names []string) {
	for _, u := range m.q.Drain() {
		names = append(names, u.Name)
		if u.Seq != nil {
			for range u.Seq {
				break // it gives its goroutine back
			}
		}
	}
	return names
}

// TestOrderedQueueEqualsTheLoop: variables, effects, the error, what is left.
func TestOrderedQueueEqualsTheLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codes := []opCode{opSet, opMix, opCopy, opSwap, opHook, opAdd, opNested, opYield}
		if rapid.Bool().Draw(t, "fails") {
			codes = append(codes, opFail, opPanic, opRetry)
		}
		g := &generator{t: t, codes: codes, spread: rapid.IntRange(1, modelVars).Draw(t, "spread")}
		ps := g.programs(30)
		l := &loop{queue: slices.Clone(ps)}
		failed, want := l.run()

		workers := rapid.IntRange(1, 6).Draw(t, "workers")
		m := &parallel{q: sched.NewQueue(sched.Ordered(), sched.Workers(workers))}
		m.addAll(ps)
		err := m.run()
		if want == nil {
			require.NoError(t, err)
		} else {
			var e *sched.UnitError
			require.ErrorAs(t, err, &e)
			require.Same(t, want, e.Err)
			require.Equal(t, fmt.Sprint(failed), e.Name)
		}
		require.Equal(t, l.vars, m.values())
		require.Equal(t, l.effects, m.effects)
		var left []string
		for _, p := range l.queue {
			left = append(left, fmt.Sprint(p.id))
		}
		require.Equal(t, left, m.left())
		require.LessOrEqual(t, len(m.failed), 1)
	})
}

// A commit is one of those that a queue without order has made.
type commit struct{ id, part int }

// TestQueueEqualsSomeOrder: a variable that each transaction counts up says in
// which order they took effect; a loop in that order comes to the same.
func TestQueueEqualsSomeOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codes := []opCode{opSet, opMix, opCopy, opSwap, opAdd, opNested, opYield}
		if rapid.Bool().Draw(t, "fails") {
			codes = append(codes, opFail, opPanic)
		}
		g := &generator{t: t, codes: codes, spread: modelVars}
		ps := g.programs(30)
		m := &parallel{q: sched.NewQueue(sched.Workers(rapid.IntRange(1, 6).Draw(t, "workers")))}
		log := tvar.New[[]commit](nil)
		m.commits = func(tx *stm.Tx, id, part int) {
			log.Set(tx, append(slices.Clip(log.Get(tx)), commit{id, part}))
		}
		m.addAll(ps)
		err := m.run()
		require.Equal(t, err == nil, len(m.failed) == 0)
		replay(t, ps, m, log.Load())
	})
}

// replay runs the parts in the order of order, and compares.
func replay(t *rapid.T, ps []*program, m *parallel, order []commit) {
	known := map[int]*program{}
	ended := map[int]int{} // parts committed
	l := &loop{queue: ps}
	learn := func() {
		for _, p := range l.queue {
			known[p.id] = p
		}
		l.queue = nil
	}
	for _, c := range order {
		learn()
		require.Contains(t, known, c.id, "a unit ran before the one that added it")
		require.Equal(t, ended[c.id], c.part, "the parts of a sequence ran out of order")
		ended[c.id]++
		require.NoError(t, l.part(c.id, known[c.id].parts[c.part]), "a part committed that must fail")
	}
	learn()
	require.Equal(t, l.vars, m.values())

	rest := map[string]bool{}
	for _, name := range m.left() {
		require.False(t, rest[name], "twice in the queue")
		rest[name] = true
	}
	for _, name := range m.failed {
		require.False(t, rest[name], "failed, and in the queue")
		rest[name] = true
	}
	for id, p := range known {
		if !rest[fmt.Sprint(id)] {
			require.Len(t, p.parts, ended[id], "unit %d was lost", id)
		}
	}
	if len(m.failed) == 0 {
		require.Empty(t, rest)
	}
}

// TestFewUnitsEqualSomePermutation does not ask in which order: the result must
// be that of one of all orders. Nothing but the units' own work conflicts.
func TestFewUnitsEqualSomePermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{t: t, codes: []opCode{opMix, opCopy, opSwap, opYield}, spread: rapid.IntRange(1, modelVars).Draw(t, "spread")}
		ps := make([]*program, rapid.IntRange(2, 5).Draw(t, "units"))
		for i := range ps {
			ps[i] = &program{id: i, parts: [][]op{g.program(0).anyPart()}}
		}
		m := &parallel{q: sched.NewQueue(sched.Workers(4))}
		m.addAll(ps)
		require.NoError(t, m.run())
		got := m.values()
		for order := range permutations(ps) {
			l := &loop{queue: slices.Clone(order)}
			_, err := l.run()
			require.NoError(t, err)
			if l.vars == got {
				return
			}
		}
		t.Fatalf("%v is the result of no order", got)
	})
}

func (p *program) anyPart() []op {
	if len(p.parts) == 0 {
		return nil
	}
	return p.parts[0]
}

// permutations yields all orders of ps.
func permutations(ps []*program) func(func([]*program) bool) {
	return func(yield func([]*program) bool) {
		order := slices.Clone(ps)
		var from func(i int) bool
		from = func(i int) bool {
			if i == len(order) {
				return yield(order)
			}
			for k := i; k < len(order); k++ {
				order[i], order[k] = order[k], order[i]
				if !from(i + 1) {
					return false
				}
				order[i], order[k] = order[k], order[i]
			}
			return true
		}
		from(0)
	}
}
