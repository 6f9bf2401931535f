package sched

import (
	"fmt"
	"runtime"
)

// A UnitError is the error of the first unit that failed. The unit has changed
// nothing, except that of a sequence the transactions before remain.
type UnitError struct {
	Index int    // how many units were added before it
	Name  string // given by stm.Name, or ""
	Err   error  // what the body returned
}

// Error says which unit failed, and why.
func (e *UnitError) Error() string {
	return fmt.Sprintf("sched: %s: %v", describe(e.Index, e.Name), e.Err)
}

// Unwrap returns the error of the body.
func (e *UnitError) Unwrap() error { return e.Err }

// A UnitPanic is what Run panics with when a unit has panicked, after all
// workers have stopped.
type UnitPanic struct {
	Index int    // how many units were added before it
	Name  string // given by stm.Name, or ""
	Value any    // what it panicked with
	Stack []byte // of the worker, as text

	Also []*UnitPanic // of units that were run at the same time
}

// Error says which unit panicked, with what and where.
func (p *UnitPanic) Error() string {
	return fmt.Sprintf("sched: %s panicked: %v\n\n%s", describe(p.Index, p.Name), p.Value, p.Stack)
}

// Unwrap returns what the unit panicked with if it is an error.
func (p *UnitPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

func describe(index int, name string) string {
	if name == "" {
		return fmt.Sprintf("unit %d", index)
	}
	return fmt.Sprintf("unit %d %q", index, name)
}

// stack returns the stack of the calling goroutine.
func stack() []byte {
	for size := 4 << 10; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, false); n < size {
			return buf[:n]
		}
	}
}
