package luastm

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// A Table is a shared table. Go code sees it in reports only.
type Table struct {
	d *heap.Dict[lua.LValue, lua.LValue] // values are scalars and *Table
}

func newTable(t *sched.Thread) *Table {
	return &Table{heap.NewDict[lua.LValue, lua.LValue](t)}
}

// String says that it is one.
func (t *Table) String() string { return fmt.Sprintf("shared table: %p", t) }

// Type is that of userdata, which is what scripts hold.
func (t *Table) Type() lua.LValueType { return lua.LTUserData }

// tableOf returns the shared table behind v, or nil.
func tableOf(v lua.LValue) *Table {
	if u, ok := v.(*lua.LUserData); ok {
		if t, ok := u.Value.(*Table); ok {
			return t
		}
	}
	return nil
}

// wrap returns what scripts get for the contents of a slot. One table has one
// userdata in an attempt, so that == compares identity.
func (s *state) wrap(v lua.LValue) lua.LValue {
	t, ok := v.(*Table)
	if !ok {
		return v
	}
	u := s.wrapped[t]
	if u == nil {
		u = s.l.NewUserData()
		u.Value, u.Metatable = t, s.meta
		if s.wrapped == nil {
			s.wrapped = make(map[*Table]*lua.LUserData)
		}
		s.wrapped[t] = u
	}
	return u
}

// get returns t[k].
func (s *state) get(l *lua.LState, t *Table, k lua.LValue) lua.LValue {
	s.check(l)
	if keyError(k) != nil {
		return lua.LNil // as there cannot be such a key
	}
	x, found, ok := t.d.TryGet(s.t, k)
	s.must(l, ok)
	if !found {
		return lua.LNil
	}
	return s.wrap(x)
}

// has reports whether t[k] is not nil. It does not depend on the value.
func (s *state) has(l *lua.LState, t *Table, k lua.LValue) bool {
	s.check(l)
	found, ok := t.d.TryHas(s.t, k)
	s.must(l, ok)
	return found
}

// set is t[k] = v.
func (s *state) set(l *lua.LState, t *Table, k, v lua.LValue) {
	s.check(l)
	if err := keyError(k); err != nil {
		l.RaiseError("%v", err)
	}
	if v == lua.LNil {
		_, ok := t.d.TryDelete(s.t, k)
		s.must(l, ok)
		return
	}
	x, err := s.keep(v)
	if err != nil {
		l.RaiseError("%v", err)
	}
	s.must(l, t.d.TrySet(s.t, k, x))
}

// keys returns the keys of t.
func (s *state) keys(l *lua.LState, t *Table) []lua.LValue {
	s.check(l)
	keys, ok := t.d.TryKeys(s.t)
	s.must(l, ok)
	return keys
}

// length is #t: an n with t[n] and not t[n+1], found as Lua does it.
func (s *state) length(l *lua.LState, t *Table) int {
	n, beyond := 0, 1
	for s.has(l, t, lua.LNumber(beyond)) {
		n, beyond = beyond, 2*beyond
	}
	for beyond-n > 1 {
		if m := n + (beyond-n)/2; s.has(l, t, lua.LNumber(m)) {
			n = m
		} else {
			beyond = m
		}
	}
	return n
}
