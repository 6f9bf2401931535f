package history

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A script is a history in the notation of the literature, in the order of real
// time, recorded by the real recorder on a synthetic clock:
//
//	b1       attempt 1 begins, on a worker of its own
//	b2/7     attempt 2 begins, on worker 7; it restarts an attempt open there
//	r1(x0)   attempt 1 reads the initial version of x
//	r1(x2)   … the last version of x that attempt 2 writes
//	r1(x2.1) … the first
//	r1(x?)   … a value that nobody wrote
//	r1(x!)   … nothing, a zero token
//	r1(x=y2) … in x, a version that attempt 2 wrote to y
//	w1(x)    attempt 1 writes x blindly
//	u1(x0)   attempt 1 overwrites the initial version of x, which it saw
//	m1 k1    attempt 1 sets a mark, rolls back to the latest one
//	c1 c1@5  attempt 1 commits, with commit version 5
//	a1       attempt 1 aborts
type scriptEvent struct {
	text    string
	op      byte
	attempt int
	arg     string
}

type scriptWrites map[string][]Token // by attempt and variable, as in "2x"

const scriptVars = "xyzuv"

func play(t *testing.T, script string) *History {
	t.Helper()
	events := parseScript(t, script)
	workers, writes := plan(t, events)
	var h *History
	synctest.Test(t, func(t *testing.T) {
		h = New(len(scriptVars), 16)
		for v := range scriptVars {
			h.Label(v, scriptVars[v:v+1])
		}
		marks := map[int][]int{}
		for _, e := range events {
			time.Sleep(time.Nanosecond) // the clock's tick
			e.perform(t, h.Log(workers[e.attempt]), writes, marks)
		}
	})
	return h
}

func parseScript(t *testing.T, script string) []scriptEvent {
	var events []scriptEvent
	for _, f := range strings.Fields(script) {
		e := scriptEvent{text: f, op: f[0]}
		number := f[1:]
		if i := strings.IndexAny(number, "(/@"); i >= 0 {
			number, e.arg = number[:i], strings.Trim(number[i:], "(/@)")
		}
		n, err := strconv.Atoi(number)
		require.NoError(t, err, f)
		e.attempt = n
		events = append(events, e)
	}
	return events
}

// plan works out which worker runs an attempt and which tokens it will write, so
// that a script may read a version before it is written.
func plan(t *testing.T, events []scriptEvent) (map[int]int, scriptWrites) {
	workers, number, ops := map[int]int{}, map[int]uint64{}, map[int]int{}
	begun := map[int]uint64{}
	writes := scriptWrites{}
	for _, e := range events {
		switch e.op {
		case 'b':
			w := e.attempt
			if e.arg != "" {
				var err error
				w, err = strconv.Atoi(e.arg)
				require.NoError(t, err, e.text)
			}
			workers[e.attempt], number[e.attempt] = w, begun[w]
			begun[w]++
		case 'w', 'u':
			key := fmt.Sprint(e.attempt, e.arg[:1])
			writes[key] = append(writes[key], makeToken(workers[e.attempt], number[e.attempt], ops[e.attempt]))
			ops[e.attempt]++
		case 'r', 'k':
			ops[e.attempt]++
		}
	}
	return workers, writes
}

func (e scriptEvent) perform(t *testing.T, l *Log, writes scriptWrites, marks map[int][]int) {
	switch e.op {
	case 'b':
		if !l.open {
			l.Start()
		}
		l.Begin()
	case 'r':
		l.Read(strings.IndexByte(scriptVars, e.arg[0]), e.version(t, writes))
	case 'w':
		l.Write(strings.IndexByte(scriptVars, e.arg[0]), None)
	case 'u':
		l.Write(strings.IndexByte(scriptVars, e.arg[0]), e.version(t, writes))
	case 'm':
		marks[e.attempt] = append(marks[e.attempt], l.Mark())
	case 'k':
		m := marks[e.attempt]
		l.Rollback(m[len(m)-1])
		marks[e.attempt] = m[:len(m)-1]
	case 'c':
		v, _ := strconv.ParseUint(e.arg, 10, 64)
		l.Commit(v)
	case 'a':
		l.Abort()
	default:
		require.Fail(t, "no such event", e.text)
	}
}

// version returns the token that x0, x2, x2.1, x? or x=y2 stands for.
func (e scriptEvent) version(t *testing.T, writes scriptWrites) Token {
	name, by := e.arg[:1], e.arg[1:]
	if by == "?" {
		return makeToken(15, 77, 3)
	}
	if by == "!" {
		return None
	}
	if by == "0" {
		return initialToken(strings.IndexByte(scriptVars, name[0]))
	}
	if by[0] == '=' {
		name, by = by[1:2], by[2:]
	}
	by, nth, some := strings.Cut(by, ".")
	all := writes[by+name]
	require.NotEmpty(t, all, e.text)
	if !some {
		return all[len(all)-1]
	}
	n, err := strconv.Atoi(nth)
	require.NoError(t, err, e.text)
	return all[n-1]
}
