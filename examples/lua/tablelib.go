package luastm

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// defineTable makes the functions of the table library that keep their meaning
// work on shared tables too, and the others say what to do.
func (s *state) defineTable() {
	lib := s.libs["table"]
	o := &s.original
	o.insert, o.remove, o.concat = own(lib, "insert"), own(lib, "remove"), own(lib, "concat")
	s.into(lib, "insert", s.insert)
	s.into(lib, "remove", s.remove)
	s.into(lib, "concat", s.concat)
	for _, name := range []string{"sort", "maxn", "getn"} {
		original := own(lib, name)
		s.into(lib, name, func(l *lua.LState) int {
			if tableOf(l.Get(1)) != nil {
				l.RaiseError("table.%s: not for shared tables: use it on snapshot(t), and store the result", name)
			}
			return original(l)
		})
	}
}

// insert is table.insert(t, v) and table.insert(t, i, v).
func (s *state) insert(l *lua.LState) int {
	t := tableOf(l.Get(1))
	if t == nil {
		return s.original.insert(l)
	}
	n := s.length(l, t)
	if l.GetTop() == 2 {
		s.set(l, t, lua.LNumber(n+1), l.Get(2))
		return 0
	}
	at := l.CheckInt(2)
	if at < 1 || at > n+1 {
		l.RaiseError("table.insert: position %d out of range: the table has %d elements", at, n)
	}
	for i := n; i >= at; i-- {
		s.set(l, t, lua.LNumber(i+1), s.get(l, t, lua.LNumber(i)))
	}
	s.set(l, t, lua.LNumber(at), l.CheckAny(3))
	return 0
}

// remove is table.remove(t, i).
func (s *state) remove(l *lua.LState) int {
	t := tableOf(l.Get(1))
	if t == nil {
		return s.original.remove(l)
	}
	n := s.length(l, t)
	at := l.OptInt(2, n)
	if n == 0 || at < 1 || at > n {
		l.Push(lua.LNil)
		return 1
	}
	removed := s.get(l, t, lua.LNumber(at))
	for i := at; i < n; i++ {
		s.set(l, t, lua.LNumber(i), s.get(l, t, lua.LNumber(i+1)))
	}
	s.set(l, t, lua.LNumber(n), lua.LNil)
	l.Push(removed)
	return 1
}

// concat is table.concat(t, sep, i, j).
func (s *state) concat(l *lua.LState) int {
	t := tableOf(l.Get(1))
	if t == nil {
		return s.original.concat(l)
	}
	sep, from := l.OptString(2, ""), l.OptInt(3, 1)
	var to int
	if l.Get(4) == lua.LNil {
		to = s.length(l, t)
	} else {
		to = l.CheckInt(4)
	}
	var b strings.Builder
	for i := from; i <= to; i++ {
		v := s.get(l, t, lua.LNumber(i))
		if !lua.LVCanConvToString(v) {
			l.RaiseError("table.concat: element %d is a %s", i, kind(v))
		}
		if i > from {
			b.WriteString(sep)
		}
		b.WriteString(lua.LVAsString(v))
	}
	l.Push(lua.LString(b.String()))
	return 1
}
