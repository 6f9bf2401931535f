package luastm

import lua "github.com/yuin/gopher-lua"

// retry is retry(): for the next alternative of or_else, or for a change of
// what was read.
func (s *state) retry(l *lua.LState) int {
	s.check(l)
	if len(s.parts) > 0 {
		s.over, s.waiting = true, true
		s.unwind(l)
	}
	s.sleep(l)
	return 0
}

// sleep undoes the script until something has changed. It does not return.
func (s *state) sleep(l *lua.LState) {
	where := s.Position()
	status, _ := s.t.Retry() // a script is always in a region
	s.end(l, status)
	s.last = where
}

// orElse is or_else(f, g, ...).
func (s *state) orElse(l *lua.LState) int {
	s.check(l)
	n := l.GetTop()
	if n == 0 {
		l.RaiseError("or_else: missing functions: or_else(f, g)")
	}
	for i := range n {
		l.CheckFunction(i + 1)
	}
	for i := range n {
		l.Push(l.Get(i + 1))
		err, waits := s.part(l, 0)
		if waits {
			l.SetTop(n)
			continue
		}
		if err != nil {
			l.Error(errorValue(err), 0)
		}
		return l.GetTop() - n
	}
	return s.retry(l)
}

// try is try(f, ...).
func (s *state) try(l *lua.LState) int {
	s.check(l)
	l.CheckFunction(1)
	err, waits := s.part(l, l.GetTop()-1)
	switch {
	case waits:
		return s.retry(l)
	case err != nil:
		l.Push(lua.LFalse)
		l.Push(errorValue(err))
		return 2
	}
	l.Insert(lua.LTrue, 1)
	return l.GetTop()
}

// part calls the function below n arguments, and undoes what it did if it fails
// or waits.
func (s *state) part(l *lua.LState, n int) (err error, waits bool) {
	s.t.EnterAtomic()
	s.parts = append(s.parts, l)
	err = l.PCall(n, lua.MultRet, nil)
	s.parts = s.parts[:len(s.parts)-1]
	switch {
	case s.waiting:
		s.over, s.waiting = false, false
		s.t.UndoAtomic()
		return nil, true
	case s.over:
		s.unwind(l)
	case err != nil:
		s.t.UndoAtomic()
	default:
		s.t.LeaveAtomic()
	}
	return err, false
}
