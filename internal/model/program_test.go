package model_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// variables is how many variables programs work on.
const variables = 4

// A machine is a running transaction of some system.
type machine interface {
	Get(i int) int
	Peek(i int) int
	Set(i, x int)
	Swap(i, x int) int
	CompareAndSwap(i, old, new int) bool
	Add(i, delta int)
	Commute(i int, f func(int) int)
	Retry()
	OrElse(alternatives ...func() error) error
	Nested(body func() error) error
	OnCommit(f func())
	OnRollback(f func())
	BeforeCommit(f func() error)
}

// A code says what an instruction does.
type code byte

const (
	get code = iota
	set
	copyTo // x := get v; set w to x+1
	add
	commute
	peek
	swap
	cas
	check // retry unless v is even
	retry
	fail
	orElse
	nested
	onCommit
	onRollback
	beforeCommit
	codes
)

var codeNames = [codes]string{"get", "set", "copy", "add", "commute", "peek", "swap", "cas", "check", "retry", "fail", "orElse", "nested", "onCommit", "onRollback", "beforeCommit"}

// An instruction of a transaction's body.
type instruction struct {
	code   code
	v, x   int
	blocks []program
}

type program []instruction

func (p program) String() string {
	var s []string
	for _, in := range p {
		one := fmt.Sprintf("%s v%d %d", codeNames[in.code], in.v, in.x)
		for _, b := range in.blocks {
			one += " {" + b.String() + "}"
		}
		s = append(s, one)
	}
	return strings.Join(s, "; ")
}

// parse turns any bytes into transactions: every input is a program.
func parse(data []byte) (transactions []program) {
	next := func() int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b)
	}
	var block func(depth int) program
	block = func(depth int) (p program) {
		for range next()%6 + 1 {
			if len(data) == 0 {
				break
			}
			in := instruction{code: code(next()) % codes, v: next() % variables, x: next()}
			blocks := 0
			switch in.code {
			case orElse:
				blocks = in.x%3 + 1
			case nested, beforeCommit:
				blocks = 1
			}
			if blocks > 0 && depth == 5 {
				continue
			}
			for range blocks {
				in.blocks = append(in.blocks, block(depth+1))
			}
			p = append(p, in)
		}
		return p
	}
	for len(data) > 0 && len(transactions) < 20 {
		transactions = append(transactions, block(0))
	}
	return transactions
}

var errFail = errors.New("fail")

// A trace is what a program saw and did, in order.
type trace []string

func (t *trace) add(format string, args ...any) { *t = append(*t, fmt.Sprintf(format, args...)) }

// run runs p on m.
func (p program) run(m machine, t *trace) error {
	for _, in := range p {
		if err := in.run(m, t); err != nil {
			return err
		}
	}
	return nil
}

func (in instruction) run(m machine, t *trace) error {
	switch in.code {
	case get:
		t.add("get %d", m.Get(in.v))
	case set:
		m.Set(in.v, in.x)
	case copyTo:
		m.Set(in.x%variables, m.Get(in.v)+1)
	case add:
		m.Add(in.v, in.x-100)
	case commute:
		m.Commute(in.v, func(n int) int { return n*3%1000 + in.x })
	case peek:
		t.add("peek %d", m.Peek(in.v))
	case swap:
		t.add("swap %d", m.Swap(in.v, in.x))
	case cas:
		t.add("cas %t", m.CompareAndSwap(in.v, in.x%4, in.x))
	case check:
		if m.Get(in.v)%2 != 0 {
			m.Retry()
		}
	case retry:
		m.Retry()
	case fail:
		if in.x%3 == 0 {
			return errFail
		}
	case orElse:
		alternatives := make([]func() error, len(in.blocks))
		for i, b := range in.blocks {
			alternatives[i] = func() error { t.add("alternative %d", i); return b.run(m, t) }
		}
		t.add("orElse %v", m.OrElse(alternatives...))
	case nested:
		t.add("nested %v", m.Nested(func() error { return in.blocks[0].run(m, t) }))
	case onCommit:
		m.OnCommit(func() { t.add("commit hook %d", in.x) })
	case onRollback:
		m.OnRollback(func() { t.add("rollback hook %d", in.x) })
	case beforeCommit:
		m.BeforeCommit(func() error { t.add("before %d", in.x); return in.blocks[0].run(m, t) })
	}
	return nil
}
