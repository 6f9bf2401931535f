// Package code translates programs of the language of examples/vm to the
// instructions of a register machine.
package code

import "github.com/weft-stm/weft/examples/vm/syntax"

// An Instr is one instruction. A, B and C are registers, unless the Op says
// otherwise.
type Instr struct {
	Op      Op
	A, B, C uint8
	D       int32
}

// A Program is a translated file.
type Program struct {
	File    string
	Funcs   []*Func // the first is the top level
	Classes []*Class
	Globals []string // their names
}

// A Func is a function.
type Func struct {
	ID       int // in Program.Funcs
	Name     string
	Params   int  // self counts
	Method   bool // the first parameter is self
	Regs     int
	Code     []Instr
	Lines    []syntax.Pos // of each instruction
	Consts   []any        // nil, bool, int64, *big.Int, float64, string, FuncRef, ClassRef, NativeRef
	Handlers []Handler    // inner ones first
	Sites    []string     // names of fields and methods; each place has its own
}

// References in Func.Consts.
type (
	// FuncRef is a number in Program.Funcs.
	FuncRef int
	// ClassRef is a number in Program.Classes.
	ClassRef int
	// NativeRef is the number of a native function.
	NativeRef int
)

// A Class has the fields that its methods assign to through self.
type Class struct {
	Name    string
	Super   int            // in Program.Classes, or -1
	Fields  []string       // those of Super first
	Methods map[string]int // numbers in Program.Funcs, inherited ones too
}

// A HandlerKind says what leads to a [Handler].
type HandlerKind uint8

const (
	// Catch handles exceptions.
	Catch HandlerKind = iota
	// Cleanup runs on the way out, and goes on with the exception.
	Cleanup
	// Region is Cleanup of an atomic block, which is undone first.
	Region
)

// A Handler says where to go on when an exception comes from a range of
// instructions.
type Handler struct {
	Kind     HandlerKind
	From, To int32 // the range, without To
	Target   int32
	Reg      uint8 // gets the exception, the next one where it came from
	OrElse   int32 // of a Region: where to go on after a retry, or -1
}

// Find returns the innermost handler for an exception at an instruction, or
// nil.
func (f *Func) Find(at int) *Handler {
	for i := range f.Handlers {
		if h := &f.Handlers[i]; int32(at) >= h.From && int32(at) < h.To {
			return h
		}
	}
	return nil
}
