package luastm

import lua "github.com/yuin/gopher-lua"

// pairs is pairs(t). In a shared table it goes over the keys that there are
// when the loop begins, and leaves out those that have been removed since.
func (s *state) pairs(l *lua.LState) int {
	t := tableOf(l.Get(1))
	if t == nil {
		return s.original.pairs(l)
	}
	keys := s.keys(l, t)
	l.Push(l.NewFunction(func(l *lua.LState) int {
		for len(keys) > 0 {
			k := keys[0]
			keys = keys[1:]
			if v := s.get(l, t, k); v != lua.LNil {
				l.Push(k)
				l.Push(v)
				return 2
			}
		}
		l.Push(lua.LNil)
		return 1
	}))
	return 1
}

// ipairs is ipairs(t).
func (s *state) ipairs(l *lua.LState) int {
	t := tableOf(l.Get(1))
	if t == nil {
		return s.original.ipairs(l)
	}
	i := 0
	l.Push(l.NewFunction(func(l *lua.LState) int {
		i++
		v := s.get(l, t, lua.LNumber(i))
		if v == lua.LNil {
			l.Push(lua.LNil)
			return 1
		}
		l.Push(lua.LNumber(i))
		l.Push(v)
		return 2
	}))
	return 1
}

// next is next(t, k). In a shared table it takes time in proportion to the
// number of keys: pairs does not.
func (s *state) next(l *lua.LState) int {
	t := tableOf(l.Get(1))
	if t == nil {
		return s.original.next(l)
	}
	after := l.Get(2)
	found := after == lua.LNil
	for _, k := range s.keys(l, t) {
		if found {
			l.Push(k)
			l.Push(s.get(l, t, k))
			return 2
		}
		found = k == after
	}
	if !found {
		l.RaiseError("next: the table has no key %s", after)
	}
	l.Push(lua.LNil)
	return 1
}

// unpack is unpack(t, i, j).
func (s *state) unpack(l *lua.LState) int {
	t := tableOf(l.Get(1))
	from := l.OptInt(2, 1)
	var to int
	switch {
	case l.Get(3) != lua.LNil:
		to = l.CheckInt(3)
	case t != nil:
		to = s.length(l, t)
	default:
		to = l.CheckTable(1).Len()
	}
	if to-from >= maxUnpacked {
		l.RaiseError("unpack: too many results")
	}
	if t == nil {
		return s.original.unpack(l)
	}
	for i := from; i <= to; i++ {
		l.Push(s.get(l, t, lua.LNumber(i)))
	}
	return max(0, to-from+1)
}

const maxUnpacked = 1000
