package luastm

import lua "github.com/yuin/gopher-lua"

// indexEvent is t[k] of a shared table.
func (s *state) indexEvent(l *lua.LState) int {
	l.Push(s.get(l, tableOf(l.Get(1)), l.Get(2)))
	return 1
}

// newIndexEvent is t[k] = v.
func (s *state) newIndexEvent(l *lua.LState) int {
	s.set(l, tableOf(l.Get(1)), l.Get(2), l.Get(3))
	return 0
}

// lenEvent is #t.
func (s *state) lenEvent(l *lua.LState) int {
	l.Push(lua.LNumber(s.length(l, tableOf(l.Get(1)))))
	return 1
}

func tableString(l *lua.LState) int {
	l.Push(lua.LString(tableOf(l.Get(1)).String()))
	return 1
}

// typeOf is type(v): a shared table is a table.
func typeOf(l *lua.LState) int {
	l.Push(lua.LString(kind(l.CheckAny(1))))
	return 1
}

// snapshot is snapshot(t): a plain copy of a shared table, and of those in it.
func (s *state) snapshot(l *lua.LState) int {
	t := tableOf(l.Get(1))
	if t == nil {
		l.ArgError(1, "shared table expected")
	}
	l.Push(s.copyOut(l, t, make(map[*Table]*lua.LTable)))
	return 1
}

func (s *state) copyOut(l *lua.LState, t *Table, done map[*Table]*lua.LTable) *lua.LTable {
	if to := done[t]; to != nil {
		return to
	}
	to := l.NewTable()
	done[t] = to
	for _, k := range s.keys(l, t) {
		v := s.get(l, t, k)
		if inner := tableOf(v); inner != nil {
			v = s.copyOut(l, inner, done)
		}
		to.RawSet(k, v)
	}
	return to
}
