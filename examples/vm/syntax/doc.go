// Package syntax reads programs of the language of examples/vm: from text to a
// tree.
package syntax

import "fmt"

// A Pos is a place in a program: a line, from 1.
type Pos int

// An Error is what is wrong with the text of a program.
type Error struct {
	File string // as given to [Parse]
	Line Pos    // where
	Msg  string // what
}

// Error is "file:line: message".
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }
