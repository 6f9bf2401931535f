package luastm

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/weft-stm/weft/sched"
)

// print is print(...). The line appears when the script has committed, in the
// order of the commits as far as they depend on one another.
func (s *state) print(l *lua.LState) int {
	s.check(l)
	var words []string
	for i := range l.GetTop() {
		words = append(words, l.ToStringMeta(l.Get(i+1)).String())
	}
	show, line := s.rt.opts.Print, strings.Join(words, "\t")
	s.t.Defer(func() { show(line) })
	return 0
}

// native calls a function that the host has registered.
func (s *state) native(l *lua.LState, number int) int {
	s.check(l)
	args := make([]lua.LValue, 0, l.GetTop())
	for i := range l.GetTop() {
		if err := scalar(l.Get(i + 1)); err != nil {
			l.ArgError(i+1, err.Error())
		}
		args = append(args, l.Get(i+1))
	}
	result, err := s.callNative(l, number, args)
	if err == nil && result == nil {
		result = lua.LNil
	}
	if err == nil {
		err = scalar(result)
	}
	if err != nil {
		l.RaiseError("%s: %v", s.rt.names[number], err)
	}
	l.Push(result)
	return 1
}

// callNative keeps a panic of the function from Lua, which would make an error
// of it.
func (s *state) callNative(l *lua.LState, number int, args []lua.LValue) (result lua.LValue, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.thrown, s.over = v, true
			s.unwind(l)
		}
	}()
	var status sched.Status
	caught := s.t.Catch(func() {
		result, status, err = s.rt.natives.Call(s.t, number, args)
	})
	if caught != sched.Proceed {
		status = caught
	}
	if status != sched.Proceed {
		s.stop(status)
	}
	if s.over {
		return nil, errOver
	}
	return result, err
}

// scalar returns an error if v is none.
func scalar(v lua.LValue) error {
	switch v.(type) {
	case lua.LString, lua.LNumber, lua.LBool, *lua.LNilType:
		return nil
	}
	return fmt.Errorf("native functions take and return numbers, strings, booleans and nil, not a %s", kind(v))
}
