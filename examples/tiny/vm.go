// Package main is a complete interpreter, as small as it can be, whose threads
// run in parallel over one heap without a global lock: the running example of
// docs/interpreters.md.
package main

import (
	"fmt"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// An instr is one instruction. The machine has a stack and a few locals for
// each thread, and globals that all threads share.
type instr struct {
	op   string
	arg  int
	line int
}

// A state is what a thread's registers hold.
type state struct {
	pc     int
	stack  []int
	locals [8]int
}

// A vm is one guest thread.
type vm struct {
	state
	saved   state
	t       *sched.Thread
	file    string
	code    []instr
	globals *heap.Object[int]
	natives *sched.Natives[int]
}

// Save, Restore and Position are what the thread wants of its interpreter.
func (v *vm) Save() {
	stack := append(v.saved.stack[:0], v.stack...)
	v.saved = v.state
	v.saved.stack = stack
}

func (v *vm) Restore() {
	stack := append(v.stack[:0], v.saved.stack...)
	v.state = v.saved
	v.stack = stack
}

func (v *vm) Position() sched.Position {
	return sched.Position{File: v.file, Line: v.code[max(v.pc-1, 0)].line}
}

// run is the dispatch loop. It is the same for all modes.
func (v *vm) run() (err error) {
	defer v.t.Close()
	status := v.t.Enter()
	for status != sched.Ended {
		if err == nil && v.pc < len(v.code) {
			in := v.code[v.pc]
			v.pc++
			status, err = v.step(in)
			continue
		}
		// The end, or an error, which counts once all before it is committed.
		for v.t.InAtomic() {
			v.t.UndoAtomic()
		}
		where := v.Position()
		if status = v.t.Leave("exit"); status == sched.Proceed {
			return wrap(where, err)
		}
		err = nil
	}
	return wrap(v.Position(), v.t.Err())
}

func wrap(where sched.Position, err error) error {
	if err != nil {
		err = fmt.Errorf("%s: %w", where, err)
	}
	return err
}

// step executes one instruction.
func (v *vm) step(in instr) (sched.Status, error) {
	switch in.op {
	case "push":
		v.push(in.arg)
	case "load":
		v.push(v.locals[in.arg])
	case "store":
		v.locals[in.arg] = v.pop()
	case "get":
		x, ok := v.globals.TryGet(v.t, in.arg)
		if !ok { // another thread was faster
			return v.t.Rollback(), nil
		}
		v.push(x)
	case "set":
		v.globals.Set(v.t, in.arg, v.pop())
	case "add":
		v.push(v.pop() + v.pop())
	case "less":
		y, x := v.pop(), v.pop()
		v.push(map[bool]int{true: 1}[x < y])
	case "div":
		y, x := v.pop(), v.pop()
		if y == 0 {
			return sched.Proceed, fmt.Errorf("division by zero")
		}
		v.push(x / y)
	case "if": // goes on if there is not 0, else jumps
		if v.pop() == 0 {
			v.pc = in.arg
		}
	case "jump":
		v.pc = in.arg
		if v.t.Tick(16) { // every loop comes by here
			return v.t.Break(uint32(v.pc)), nil
		}
	case "atomic":
		return v.t.EnterAtomic(), nil
	case "end":
		v.t.LeaveAtomic()
	case "await": // inside atomic: wait until there is not 0
		if v.pop() == 0 {
			return v.t.Retry()
		}
	default: // a native function of one argument
		x, status, err := v.natives.Call(v.t, in.arg, []int{v.pop()})
		if status != sched.Proceed || err != nil {
			return status, err
		}
		v.push(x)
		return v.t.Enter(), nil // if the native has left
	}
	return sched.Proceed, nil
}

func (v *vm) push(x int) { v.stack = append(v.stack, x) }

func (v *vm) pop() int {
	x := v.stack[len(v.stack)-1]
	v.stack = v.stack[:len(v.stack)-1]
	return x
}
