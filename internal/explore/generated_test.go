//go:build stmexplore

package explore_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A code is what an instruction of a generated transaction does.
type code int

const (
	opGet     code = iota // read v
	opSet                 // write n to v
	opInc                 // write v + n to v
	opAdd                 // add n to v at commit
	opCommute             // write 2·v + n to v at commit
	opCheck               // read v and Retry if it is n
	opOrElse
	opNested // of which opFail may be part
	opFail   // return an error
	opPanic
	opIrrevocable
	numCodes
)

// An instruction of a generated transaction.
type instruction struct {
	code code
	v, n int
	a, b []instruction // of opOrElse and opNested
}

// A step of a generated thread.
type action int

const (
	actAtomically action = iota
	actView
	actLoad
	actStore
	actModify
	actAwait
	actCancel
	numActions
)

type act struct {
	action      action
	body        []instruction
	v, n        int
	cancellable bool // runs under the context that actCancel ends
	maxAttempts int
	irrevocable bool // from the beginning
}

// A generated program: what each thread does, over so many variables.
type generated struct {
	vars    int
	threads [][]act
	commits []int // of each thread's worker before: see clock_test.go
	shown   bool  // the clock has moved since
}

// generate draws a program: 2 or 3 threads of up to 3 steps, a transaction has
// up to 4 instructions.
func generate(seed uint64) *generated {
	g := generator{rand.New(rand.NewPCG(seed, 2)), 0, false}
	p := &generated{vars: 2 + g.IntN(2)}
	g.vars = p.vars
	threads, most := 2, 3
	if g.IntN(3) == 0 {
		threads, most = 3, 2
	}
	for range threads {
		var acts []act
		for range 1 + g.IntN(most) {
			acts = append(acts, g.act())
		}
		p.threads = append(p.threads, acts)
		p.commits = append(p.commits, g.IntN(4))
	}
	p.shown = g.IntN(2) == 0
	return p
}

type generator struct {
	*rand.Rand
	vars      int
	cancelled bool // there is an actCancel already
}

func (g *generator) act() act {
	a := act{v: g.IntN(g.vars), n: 1 + g.IntN(2)}
	switch k := g.IntN(20); {
	case k < 12:
		a.body = g.instructions(4, 0)
		a.cancellable = g.IntN(5) == 0
		a.irrevocable = g.IntN(10) == 0
		if g.IntN(10) == 0 {
			a.maxAttempts = 1
		}
	case k < 15:
		a.action = actView
		for range 1 + g.IntN(3) {
			a.body = append(a.body, instruction{code: opGet, v: g.IntN(g.vars)})
		}
	case k == 19 && !g.cancelled:
		g.cancelled = true
		a.action = actCancel
	case k == 18:
		a.action = actAwait
		a.n = 0
	default:
		a.action = []action{actLoad, actStore, actModify}[g.IntN(3)]
	}
	return a
}

// instructions draws up to most instructions.
func (g *generator) instructions(most, depth int) (list []instruction) {
	n := 1 + g.IntN(most)
	for n > 0 {
		i := instruction{v: g.IntN(g.vars), n: g.IntN(3)}
		switch k := g.IntN(40); {
		case k < 10:
			i.code = opGet
		case k < 12:
			i.code = opCommute
		case k < 18:
			i.code = opSet
		case k < 25:
			i.code = opInc
		case k < 28:
			i.code = opAdd
		case k < 32:
			i.code = opCheck
		case k < 35 && depth < 2 && n > 1:
			i.code = opOrElse
			i.a, i.b = g.instructions(n/2, depth+1), g.instructions(n/2, depth+1)
		case k < 37 && depth < 2 && n > 1:
			i.code = opNested
			i.a = g.instructions(n-1, depth+1)
			if g.IntN(2) == 0 {
				i.a = append(i.a, instruction{code: opFail})
			}
		case k == 37:
			i.code = opFail
		case k == 38:
			i.code = opPanic
		default:
			i.code = opIrrevocable
		}
		n -= 1 + len(i.a) + len(i.b)
		list = append(list, i)
	}
	return list
}

func (p *generated) String() string {
	var b strings.Builder
	for i, acts := range p.threads {
		fmt.Fprintf(&b, "T%d, after %d commits:\n", i, p.commits[i])
		for _, a := range acts {
			fmt.Fprintf(&b, "  %s\n", a)
		}
	}
	return b.String()
}

func (a act) String() string {
	s := [...]string{"atomically", "view", "load", "store", "modify", "await", "cancel"}[a.action]
	switch a.action {
	case actAtomically, actView:
		s += " " + list(a.body)
	case actCancel:
	default:
		s += fmt.Sprintf(" v%d %d", a.v, a.n)
	}
	if a.cancellable {
		s += " cancellable"
	}
	if a.irrevocable {
		s += " irrevocable"
	}
	if a.maxAttempts > 0 {
		s += fmt.Sprintf(" attempts ≤ %d", a.maxAttempts)
	}
	return s
}

func list(is []instruction) string {
	parts := make([]string, len(is))
	for k, i := range is {
		parts[k] = i.String()
	}
	return "{" + strings.Join(parts, "; ") + "}"
}

func (i instruction) String() string {
	switch i.code {
	case opGet:
		return fmt.Sprintf("get v%d", i.v)
	case opSet:
		return fmt.Sprintf("v%d = %d", i.v, i.n)
	case opInc:
		return fmt.Sprintf("v%d += %d", i.v, i.n)
	case opAdd:
		return fmt.Sprintf("add v%d %d", i.v, i.n)
	case opCommute:
		return fmt.Sprintf("commute v%d 2x+%d", i.v, i.n)
	case opCheck:
		return fmt.Sprintf("retry if v%d == %d", i.v, i.n)
	case opOrElse:
		return list(i.a) + " orelse " + list(i.b)
	case opNested:
		return "nested " + list(i.a)
	default:
		return [...]string{"fail", "panic", "irrevocable"}[i.code-opFail]
	}
}
