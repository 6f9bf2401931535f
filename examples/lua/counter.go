package luastm

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/weft-stm/weft/sched/heap"
)

// A Counter is an integer that scripts add to without conflict.
type Counter struct {
	name string
	c    heap.Counter
}

// counterNamed returns the counter with that name. It is there for good, as 0,
// even if the script that named it first is undone.
func (rt *Runtime) counterNamed(name string) *Counter {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	c := rt.counters[name]
	if c == nil {
		c = &Counter{name: name}
		rt.counters[name] = c
	}
	return c
}

// counter is counter(name).
func (s *state) counter(l *lua.LState) int {
	s.check(l)
	u := l.NewUserData()
	u.Value, u.Metatable = s.rt.counterNamed(l.CheckString(1)), s.counters
	l.Push(u)
	return 1
}

// counterIndex finds the methods of a counter.
func (s *state) counterIndex(l *lua.LState) int {
	switch l.CheckString(2) {
	case "add":
		l.Push(l.NewFunction(s.counterAdd))
	case "get":
		l.Push(l.NewFunction(s.counterGet))
	default:
		l.RaiseError("a counter has no %s: it has add and get", l.Get(2))
	}
	return 1
}

func counterOf(l *lua.LState) *Counter {
	if u, ok := l.Get(1).(*lua.LUserData); ok {
		if c, ok := u.Value.(*Counter); ok {
			return c
		}
	}
	l.ArgError(1, "counter expected: use c:add(n) and c:get()")
	return nil
}

// counterAdd is c:add(n=1).
func (s *state) counterAdd(l *lua.LState) int {
	s.check(l)
	c, n := counterOf(l), l.OptNumber(2, 1)
	if lua.LNumber(int64(n)) != n {
		l.ArgError(2, "counters count integers")
	}
	c.c.Add(s.t, int64(n))
	return 0
}

// counterGet is c:get(), which conflicts with additions.
func (s *state) counterGet(l *lua.LState) int {
	s.check(l)
	n, ok := counterOf(l).c.TryGet(s.t)
	s.must(l, ok)
	l.Push(lua.LNumber(n))
	return 1
}

func counterString(l *lua.LState) int {
	l.Push(lua.LString("counter: " + counterOf(l).name))
	return 1
}
