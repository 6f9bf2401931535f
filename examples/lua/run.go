package luastm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/weft-stm/weft/sched"
)

// A ScriptError is an error that a script raised and did not catch, or that
// ended it. What the script did has been undone.
type ScriptError struct {
	Script    string
	Message   string // begins with the position
	Value     any    // what was raised, converted as results are; nil if it cannot be
	Traceback string // of Lua; may be empty
	Cause     error  // of the context's end or the step limit, or nil
}

// Error is the message.
func (e *ScriptError) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *ScriptError) Unwrap() error { return e.Cause }

// A run is one call of Run, over all of its attempts.
type run struct {
	script *Script
	args   []any
	seed   uint64
	began  time.Time
}

// Run runs a script as one transaction, and returns what it returns: nil, bool,
// float64, string, []any for a table with the keys 1 to n, and map[any]any for
// other tables. The script gets args as ...: values of these types, other
// numbers, and map[string]any.
//
// An error is a [*ScriptError], which matches the cause of ctx if that ended the
// script, sched.ErrStepLimit if the limit did, and stm.ErrNothingRead if the script
// called retry and had read nothing shared.
func (rt *Runtime) Run(ctx context.Context, script *Script, args ...any) (results []any, err error) {
	r := &run{script, args, rand.Uint64(), time.Now()}
	err = rt.with(ctx, script.site, func(s *state) error {
		results, err = s.attempt(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// with runs body as a transaction on a state that nobody else uses.
func (rt *Runtime) with(ctx context.Context, site uint32, body func(s *state) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s, err := rt.borrow()
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if done { // a state that a panic has left is not used again
			rt.giveBack(s)
		} else {
			s.t.Close()
		}
	}()
	s.last = rt.position(site)
	stop := s.endWith(ctx)
	s.limit()
	err = s.t.AtomicallyAt(site, func() error { return body(s) })
	stop()
	if cause := s.t.Err(); cause != nil {
		err = s.ended(cause)
		_ = s.t.Pardon()
		s.spoilt = false
	}
	s.forget()
	done = !s.spoilt
	return err
}

// endWith dooms the thread when ctx ends. The returned function ends that, and
// leaves nothing running.
func (s *state) endWith(ctx context.Context) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	doomed := make(chan struct{})
	end := context.AfterFunc(ctx, func() {
		s.t.Doom(context.Cause(ctx))
		close(doomed)
	})
	return func() {
		if !end() {
			<-doomed
			s.spoilt = true // unless the thread has noticed
		}
	}
}

// limit gives the thread the instructions of one script.
func (s *state) limit() {
	n := 0
	if s.rt.opts.Steps > 0 {
		n = s.t.Steps() + s.rt.opts.Steps
	}
	s.t.LimitSteps(n)
}

// ended is the error of a script that cause has ended.
func (s *state) ended(cause error) error {
	return &ScriptError{Script: s.last.File, Message: fmt.Sprintf("%s: %v", s.last, cause), Cause: cause}
}

// attempt runs the script once.
func (s *state) attempt(r *run) (results []any, err error) {
	s.begin(r)
	l := s.l
	defer l.SetTop(0)
	fn := l.NewFunctionFromProto(r.script.proto)
	fn.Env = s.env
	l.Push(fn)
	for _, a := range r.args {
		v, err := toLua(l, a, 0)
		if err != nil {
			return nil, err
		}
		l.Push(v)
	}
	err = l.PCall(len(r.args), lua.MultRet, nil)
	s.finish()
	if err != nil {
		return nil, s.failure(r, err)
	}
	for i := range l.GetTop() {
		v, err := s.fromLua(l.Get(i+1), 0)
		s.finish()
		if err != nil {
			return nil, fmt.Errorf("%s: result %d: %w", r.script.name, i+1, err)
		}
		results = append(results, v)
	}
	return results, nil
}

// finish leaves the attempt if it is over, and by the panic of a native function if
// there was one.
func (s *state) finish() {
	if v := s.thrown; v != nil {
		panic(v)
	}
	if s.over {
		s.t.Must(s.status)
	}
}

// failure is the error for one of Lua.
func (s *state) failure(r *run, err error) error {
	e := &ScriptError{Script: r.script.name, Message: err.Error()}
	var api *lua.ApiError
	if errors.As(err, &api) {
		e.Message, e.Traceback = describe(api.Object), api.StackTrace
		if v, err := s.fromLua(api.Object, 0); err == nil {
			e.Value = v
		}
		s.finish() // to convert a shared table is to read it
	}
	return e
}

// describe is the text of an error value.
func describe(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case *lua.LTable:
		if m := v.RawGetString("message"); m != lua.LNil {
			return m.String()
		}
	}
	return fmt.Sprintf("error value: %s", v)
}

var _ sched.Guest = (*state)(nil)
