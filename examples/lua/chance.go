package luastm

import (
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"
)

// defineMath makes math.random a matter of the attempt: the generator of the
// original is the process's.
func (s *state) defineMath() {
	s.into(s.libs["math"], "random", s.mathRandom)
	s.into(s.libs["math"], "randomseed", s.randomSeed)
}

// mathRandom is math.random(), (m) and (m, n).
func (s *state) mathRandom(l *lua.LState) int {
	if s.random == nil {
		s.random = rand.New(rand.NewPCG(s.run.seed, 0))
	}
	from, to := 1, 0
	switch l.GetTop() {
	case 0:
		l.Push(lua.LNumber(s.random.Float64()))
		return 1
	case 1:
		to = l.CheckInt(1)
	default:
		from, to = l.CheckInt(1), l.CheckInt(2)
	}
	if to < from {
		l.ArgError(l.GetTop(), "interval is empty")
	}
	l.Push(lua.LNumber(from + s.random.IntN(to-from+1)))
	return 1
}

// randomSeed is math.randomseed(n).
func (s *state) randomSeed(l *lua.LState) int {
	s.random = rand.New(rand.NewPCG(uint64(l.CheckInt64(1)), 1))
	return 0
}

// defineOS makes a library of two functions.
func (s *state) defineOS() {
	os := s.l.NewTable()
	s.into(os, "time", func(l *lua.LState) int {
		l.Push(lua.LNumber(s.run.began.Unix()))
		return 1
	})
	s.into(os, "clock", func(l *lua.LState) int {
		l.Push(lua.LNumber(float64(s.run.began.UnixNano()) / 1e9))
		return 1
	})
	s.libs["os"] = os
}
