package run

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weft-stm/weft/sched"
)

// A failure is an error as the guest sees it. It never changes.
type failure struct {
	header
	msg   string
	cause error // of the host, or nil
	trace *trace
	fatal bool // catch does not catch it
}

// A trace is where an exception was thrown: the innermost call first.
type trace struct {
	header
	at      []sched.Position
	omitted int // in the middle
}

func newFailure(msg string) Value {
	return Value{0, &(&failure{header: header{kindError}, msg: msg}).header}
}

// maxTrace is how many positions are kept at either end of a trace.
const maxTrace = 8

// here is where v is.
func (v *vm) here() *trace {
	tr := &trace{header: header{kindTrace}}
	n := v.depth + 1
	for i := range n {
		if i >= maxTrace && i < n-maxTrace {
			tr.omitted++
			continue
		}
		tr.at = append(tr.at, v.position(v.depth-i))
	}
	return tr
}

func (v *vm) position(depth int) sched.Position {
	f := &v.frames[depth]
	if depth == v.depth && v.between {
		return v.in.position(f.cl.fn, f.pc)
	}
	return v.in.position(f.cl.fn, max(f.pc-1, 0))
}

// Position tells where the thread is.
func (v *vm) Position() sched.Position { return v.position(v.depth) }

// A GuestError is an exception that nobody has caught.
type GuestError struct {
	Thread  uint64           // in which it was thrown, from 1
	Msg     string           // what it was
	Trace   []sched.Position // where, the innermost call first
	omitted int
	cause   error
}

// Error is "file:line in function: message".
func (e *GuestError) Error() string {
	if len(e.Trace) == 0 {
		return e.Msg
	}
	return fmt.Sprintf("%v: %s", e.Trace[0], e.Msg)
}

// Unwrap returns the error of the host that it is about, if there is one.
func (e *GuestError) Unwrap() error { return e.cause }

// Stack shows the calls that led to the error, a line each.
func (e *GuestError) Stack() string {
	var b strings.Builder
	for i, p := range e.Trace {
		if e.omitted > 0 && i == maxTrace {
			fmt.Fprintf(&b, "  ... %d calls\n", e.omitted)
		}
		fmt.Fprintf(&b, "  at %v\n", p)
	}
	return b.String()
}

// throw makes an exception of an error that the host has found.
func (v *vm) throw(err error) outcome {
	x := &failure{header: header{kindError}, msg: err.Error(), cause: err, trace: v.here()}
	v.exc = exception{Value{0, &x.header}, x.trace, false}
	return thrown
}

func (v *vm) throwf(format string, args ...any) outcome { return v.throw(fmt.Errorf(format, args...)) }

// An exception is on its way.
type exception struct {
	value Value
	from  *trace // nil: there is none
	fatal bool
}

// throwValue throws what a guest throws. An error that was thrown before keeps
// its trace.
func (v *vm) throwValue(x Value) outcome {
	if x.is(kindError) {
		f := x.failure()
		if f.trace == nil {
			f = &failure{f.header, f.msg, f.cause, v.here(), f.fatal}
			x = Value{0, &f.header}
		}
		v.exc = exception{x, f.trace, f.fatal}
		return thrown
	}
	v.exc = exception{x, v.here(), false}
	return thrown
}

// passedOn is what goes on in who waits for the thread that x has ended: that it
// was killed does not kill others.
func (x exception) passedOn() exception {
	if x.fatal {
		f := *x.value.failure()
		f.fatal = false
		return exception{Value{0, &f.header}, x.from, false}
	}
	return x
}

// guestError makes an exception that nobody has caught an error of the host.
func (v *vm) guestError(x exception) *GuestError {
	e := &GuestError{Thread: v.t.ID(), Trace: x.from.at, omitted: x.from.omitted}
	if x.value.is(kindError) {
		e.Msg, e.cause = x.value.failure().msg, x.value.failure().cause
	} else {
		e.Msg = "uncaught " + x.value.typeName()
		if s, ok := x.value.Text(); ok {
			e.Msg = "uncaught: " + s
		}
	}
	return e
}

// Errors that guests meet.
var (
	// ErrKilled ends a thread that another has killed.
	ErrKilled = errors.New("killed")
	// ErrOverflow is the error of calls that are nested too deeply.
	ErrOverflow = errors.New("stack overflow")
	// ErrTimeout ends a program that has run for too long.
	ErrTimeout = errors.New("timeout")
)
