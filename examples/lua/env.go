package luastm

import (
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// removed are the functions of the basic library that scripts do not have:
// they reach files, or what outlives an attempt.
var removed = []string{
	"_printregs", "collectgarbage", "dofile", "getfenv", "load", "loadfile", "loadstring",
	"module", "newproxy", "require", "setfenv",
}

// libraries are those of gopher-lua that scripts have.
var libraries = map[string]lua.LGFunction{
	lua.TabLibName:       lua.OpenTable,
	lua.StringLibName:    lua.OpenString,
	lua.MathLibName:      lua.OpenMath,
	lua.CoroutineLibName: lua.OpenCoroutine,
}

// open fills a new state with what all attempts have in common, which no script
// can change:
//
//	env, one for each attempt → base: functions
//	a table for each library that an attempt uses → libs: functions
func (s *state) open() {
	l := s.l
	openLib(l, lua.BaseLibName, lua.OpenBase)
	s.libs = make(map[string]*lua.LTable)
	for _, name := range slices.Sorted(maps.Keys(libraries)) {
		openLib(l, name, libraries[name])
		s.libs[name] = l.GetGlobal(name).(*lua.LTable)
	}
	s.base = l.NewTable()
	global := l.G.Global
	global.ForEach(func(k, v lua.LValue) {
		if v.Type() == lua.LTFunction && !slices.Contains(removed, k.String()) {
			s.base.RawSet(k, v)
		}
	})
	s.base.RawSetString("_VERSION", lua.LString(lua.LuaVersion))
	s.protect()
	s.define()
	s.lockStrings()
	s.libMeta = make(map[string]*lua.LTable)
	for name, lib := range s.libs {
		s.libMeta[name] = s.locked(nil)
		s.libMeta[name].RawSetString("__index", lib)
	}
	s.base.Metatable = s.locked(map[string]lua.LGFunction{"__index": s.library})
	s.envMeta = s.locked(nil)
	s.envMeta.RawSetString("__index", s.base)
}

// lockStrings gives strings a metatable that does not lead to the library.
func (s *state) lockStrings() {
	lib, index := s.libs["string"], s.l.NewTable()
	lib.RawSetString("__index", lua.LNil)
	lib.ForEach(index.RawSet)
	m := s.locked(nil)
	m.RawSetString("__index", index)
	s.l.SetMetatable(lua.LString(""), m)
}

func openLib(l *lua.LState, name string, open lua.LGFunction) {
	l.Push(l.NewFunction(open))
	l.Push(lua.LString(name))
	l.Call(1, 0)
}

// locked returns a metatable that scripts cannot get at.
func (s *state) locked(events map[string]lua.LGFunction) *lua.LTable {
	m := s.l.NewTable()
	m.RawSetString("__metatable", lua.LString("locked"))
	for name, f := range events {
		m.RawSetString(name, s.l.NewFunction(f))
	}
	return m
}

// library is called for a global that neither the environment nor base has:
// perhaps a library, of which the attempt gets a table of its own. That is empty
// at first, and finds the functions by its metatable: to copy them costs more
// than most scripts.
func (s *state) library(l *lua.LState) int {
	name := l.CheckString(2)
	lib := s.libs[name]
	if lib == nil {
		l.Push(lua.LNil)
		return 1
	}
	own := l.CreateTable(0, 0)
	own.Metatable = s.libMeta[name]
	s.env.RawSetString(name, own)
	l.Push(own)
	return 1
}

// define adds what this package offers to scripts.
func (s *state) define() {
	s.meta = s.locked(map[string]lua.LGFunction{
		"__index": s.indexEvent, "__newindex": s.newIndexEvent, "__len": s.lenEvent, "__tostring": tableString,
	})
	s.counters = s.locked(map[string]lua.LGFunction{"__index": s.counterIndex, "__tostring": counterString})
	for name, f := range map[string]lua.LGFunction{
		"pairs": s.pairs, "ipairs": s.ipairs, "next": s.next, "unpack": s.unpack, "type": typeOf,
		"snapshot": s.snapshot, "counter": s.counter, "print": s.print,
		"retry": s.retry, "or_else": s.orElse, "try": s.try,
	} {
		s.base.RawSetString(name, s.l.NewFunction(f))
	}
	for i, name := range s.rt.names {
		s.base.RawSetString(name, s.l.NewFunction(func(l *lua.LState) int { return s.native(l, i) }))
	}
	s.defineTable()
	s.defineMath()
	s.defineOS()
}

// into puts a function into a library.
func (s *state) into(lib *lua.LTable, name string, f lua.LGFunction) {
	lib.RawSetString(name, s.l.NewFunction(f))
}

// own returns the Go function behind a function of a library.
func own(lib *lua.LTable, name string) lua.LGFunction {
	return lib.RawGetString(name).(*lua.LFunction).GFunction
}
