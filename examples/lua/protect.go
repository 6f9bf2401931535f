package luastm

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// originals are functions of gopher-lua that others stand before: those that
// catch errors, which must not catch the end of an attempt, and those that
// could change what outlives it.
type originals struct {
	pcall, setmetatable            lua.LGFunction
	create, resume                 lua.LGFunction
	insert, remove, concat, unpack lua.LGFunction
	pairs, ipairs, next            lua.LGFunction
	rep                            lua.LGFunction
}

const (
	maxDepth  = 100     // of coroutines that resume one another
	maxString = 1 << 26 // bytes that string.rep makes
)

func (s *state) protect() {
	o, base, co, str := &s.original, s.base, s.libs["coroutine"], s.libs["string"]
	o.pcall, o.setmetatable = own(base, "pcall"), own(base, "setmetatable")
	o.pairs, o.ipairs, o.next = own(base, "pairs"), own(base, "ipairs"), own(base, "next")
	o.unpack = own(base, "unpack")
	o.create, o.resume, o.rep = own(co, "create"), own(co, "resume"), own(str, "rep")
	s.into(base, "pcall", s.pcall)
	s.into(base, "xpcall", s.xpcall)
	s.into(base, "setmetatable", s.setmetatable)
	s.into(co, "create", s.create)
	s.into(co, "resume", s.resume)
	s.into(co, "wrap", s.wrapCoroutine)
	s.into(co, "yield", s.yield)
	s.into(str, "rep", s.rep)
}

// pcall is the original, but for the end of the attempt.
func (s *state) pcall(l *lua.LState) int {
	n := s.original.pcall(l)
	s.check(l)
	return n
}

// xpcall is xpcall(f, handler).
func (s *state) xpcall(l *lua.LState) int {
	f, handler := l.CheckFunction(1), l.CheckFunction(2)
	l.SetTop(0)
	l.Push(f)
	err := l.PCall(0, lua.MultRet, l.NewFunction(func(l *lua.LState) int {
		s.check(l)
		v := l.Get(1)
		l.Push(handler)
		l.Push(v)
		l.Call(1, 1)
		return 1
	}))
	s.check(l)
	if err != nil {
		l.Push(lua.LFalse)
		l.Push(errorValue(err))
		return 2
	}
	l.Insert(lua.LTrue, 1)
	return l.GetTop()
}

// errorValue is what the script raised.
func errorValue(err error) lua.LValue {
	if e, ok := err.(*lua.ApiError); ok {
		return e.Object
	}
	return lua.LString(err.Error())
}

// setmetatable works on tables only: the metatables of other types belong to
// the state, and would outlive the script.
func (s *state) setmetatable(l *lua.LState) int {
	l.CheckTable(1)
	return s.original.setmetatable(l)
}

// create gives a coroutine the clock of the script.
func (s *state) create(l *lua.LState) int {
	n := s.original.create(l)
	l.Get(-1).(*lua.LState).SetContext(&s.clock)
	return n
}

// resume passes on the end of the attempt, which has ended the coroutine.
func (s *state) resume(l *lua.LState) int {
	s.deeper(l)
	n := s.original.resume(l)
	s.depth--
	s.check(l)
	return n
}

// deeper bounds how deep coroutines are nested, as each takes Go's stack.
func (s *state) deeper(l *lua.LState) {
	if s.depth == maxDepth {
		l.RaiseError("stack overflow: coroutines are nested %d deep", maxDepth)
	}
	s.depth++
}

// wrapCoroutine is coroutine.wrap.
func (s *state) wrapCoroutine(l *lua.LState) int {
	s.create(l)
	co := l.Get(-1)
	l.Push(l.NewFunction(func(l *lua.LState) int {
		l.Insert(co, 1)
		top := l.GetTop()
		n := s.resume(l)
		if l.Get(top+1) == lua.LTrue {
			l.Remove(top + 1)
			return n - 1
		}
		l.Error(l.Get(top+2), 0)
		return 0
	}))
	return 1
}

// yield does not leave a part of the script that may be undone.
func (s *state) yield(l *lua.LState) int {
	if slices.Contains(s.parts, l) {
		l.RaiseError("attempt to yield out of or_else or try")
	}
	return -1
}

// rep is string.rep, within limits.
func (s *state) rep(l *lua.LState) int {
	if n := l.CheckInt(2); n > 0 && len(l.CheckString(1)) > maxString/n {
		l.RaiseError("string.rep: result longer than %d bytes", maxString)
	}
	return s.original.rep(l)
}
