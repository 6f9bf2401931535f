package tvar

import "errors"

// What the structures that hold items for somebody else return when they
// cannot do it. Each is returned as it is.
var (
	// ErrClosed says that the structure has been closed: nothing can be put
	// into it any more, or nothing is left in it.
	ErrClosed = errors.New("tvar: closed: nothing more goes in, or comes out")

	// ErrEmpty says that there is nothing to take at present. The form that
	// waits does not return it.
	ErrEmpty = errors.New("tvar: empty: use the form that waits, or try again later")

	// ErrFull says that there is no room at present. The form that waits does
	// not return it.
	ErrFull = errors.New("tvar: full: use the form that waits, or try again later")
)
