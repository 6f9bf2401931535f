//go:build stmexplore

package explore_test

import (
	"errors"
	"fmt"
	"slices"
)

// A memory is what generated instructions work on: a transaction, or the
// sequential model of one.
type memory interface {
	begins(c code) // comes before all that c does
	get(v int) int
	set(v, n int)
	add(v, n int)
	commute(v int, f func(int) int)
	retry()
	orElse(a, b func() error) error
	nested(f func() error) error
	irrevocable()
}

var errFail = errors.New("this program fails here")

type userPanic struct{}

// interpret runs instructions on m and appends what they read to trace.
func interpret(is []instruction, m memory, trace *[]int) error {
	get := func(v int) int {
		n := m.get(v)
		*trace = append(*trace, n)
		return n
	}
	part := func(is []instruction) func() error {
		return func() error { return interpret(is, m, trace) }
	}
	for _, i := range is {
		m.begins(i.code)
		switch i.code {
		case opGet:
			get(i.v)
		case opSet:
			m.set(i.v, i.n)
		case opInc:
			m.set(i.v, get(i.v)+i.n)
		case opAdd:
			m.add(i.v, i.n)
		case opCommute:
			m.commute(i.v, i.commute)
		case opCheck:
			if get(i.v) == i.n {
				m.retry()
			}
		case opOrElse:
			if err := m.orElse(part(i.a), part(i.b)); err != nil {
				return err
			}
		case opNested:
			_ = m.nested(part(i.a))
		case opFail:
			return errFail
		case opPanic:
			panic(userPanic{})
		case opIrrevocable:
			m.irrevocable()
		}
	}
	return nil
}

// commute does not commute: the order of two of them shows in the end.
func (i instruction) commute(v int) int { return (2*v + i.n) % 100 }

// state is the value of each variable.
type state [3]int

// sequential is the model: a transaction that runs alone.
type sequential struct{ state }

type modelRetry struct{}

func (m *sequential) begins(code)   {}
func (m *sequential) get(v int) int { return m.state[v] }
func (m *sequential) set(v, n int)  { m.state[v] = n }
func (m *sequential) add(v, n int)  { m.state[v] += n }
func (m *sequential) retry()        { panic(modelRetry{}) }

func (m *sequential) commute(v int, f func(int) int) { m.state[v] = f(m.state[v]) }
func (m *sequential) irrevocable()                   {}

func (m *sequential) nested(f func() error) error {
	before := m.state
	err := f()
	if err != nil {
		m.state = before
	}
	return err
}

func (m *sequential) orElse(a, b func() error) error {
	before := m.state
	for _, f := range []func() error{a, b} {
		err, retried := m.try(f)
		if err != nil || retried {
			m.state = before
		}
		if !retried {
			return err
		}
	}
	panic(modelRetry{})
}

func (m *sequential) try(f func() error) (err error, retried bool) {
	defer func() {
		switch r := recover(); r.(type) {
		case nil:
		case modelRetry:
			retried = true
		default:
			panic(r)
		}
	}()
	return f(), false
}

// An ending is how an attempt ended.
type ending int

const (
	running ending = iota
	committed
	undone  // by a conflict, a Retry, a cancelled wait
	failing // by the body: an error or a panic
)

// alone runs a body in state s.
func alone(is []instruction, s state) (after state, trace []int, e ending) {
	m := &sequential{s}
	e = undone
	defer func() {
		switch r := recover(); r.(type) {
		case nil, modelRetry:
		case userPanic:
			e = failing
		default:
			panic(r)
		}
	}()
	err := interpret(is, m, &trace)
	if err != nil {
		return s, trace, failing
	}
	return m.state, trace, committed
}

// An attempt is what one execution of a body saw.
type attempt struct {
	name       string
	body       []instruction
	begin, end int // steps: it ran within them
	trace      []int
	ending     ending
}

// explains reports whether a could have run alone in state s, and what then.
func (a *attempt) explains(s state) (after state, ok bool) {
	after, trace, e := alone(a.body, s)
	switch a.ending {
	case undone:
		// It may have been stopped anywhere.
		return s, len(a.trace) <= len(trace) && slices.Equal(a.trace, trace[:len(a.trace)])
	case failing:
		return s, e == failing && slices.Equal(a.trace, trace)
	default:
		return after, e == committed && slices.Equal(a.trace, trace)
	}
}

// judge looks for an order of the committed attempts that agrees with real
// time, leads from the first state to the last, and has a place in it for each
// of the others: opacity, by brute force.
func judge(attempts []*attempt, first, last state) error {
	o := &order{last: last}
	for _, a := range attempts {
		if a.ending == committed {
			o.commits = append(o.commits, a)
		} else {
			o.others = append(o.others, a)
		}
	}
	if o.search(first, 0, 0) {
		return nil
	}
	text := "no order of the transactions explains what their attempts saw:"
	for _, a := range attempts {
		text += fmt.Sprintf("\n  %-8s within steps %3d to %3d  %-10s read %v  %s", a.name, a.begin, a.end,
			[...]string{"running", "committed", "undone", "failed"}[a.ending], a.trace, list(a.body))
	}
	return fmt.Errorf("%s\n  from %v to %v", text, first, last)
}

type order struct {
	commits, others []*attempt
	last            state
}

// search extends an order. done are the commits in it, placed the others.
func (o *order) search(s state, done, placed uint) bool {
	for i, a := range o.others {
		if placed>>i&1 == 0 && o.mayFollow(a, done) {
			if _, ok := a.explains(s); ok {
				placed |= 1 << i
			}
		}
	}
	if done == 1<<len(o.commits)-1 {
		return s == o.last && placed == 1<<len(o.others)-1
	}
	for i, a := range o.commits {
		if done>>i&1 == 0 && o.mayFollow(a, done) {
			if after, ok := a.explains(s); ok && o.search(after, done|1<<i, placed) {
				return true
			}
		}
	}
	return false
}

// mayFollow reports whether real time allows a after the commits in done and
// before those that are not.
func (o *order) mayFollow(a *attempt, done uint) bool {
	for i, c := range o.commits {
		in := done>>i&1 == 1
		if c != a && (!in && c.end < a.begin || in && a.end < c.begin) {
			return false
		}
	}
	return true
}
