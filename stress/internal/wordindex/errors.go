package wordindex

import (
	"errors"
	"fmt"
)

// ErrWorkers is returned for a number of workers below one.
var ErrWorkers = errors.New("wordindex: at least one worker is needed")

// A CorpusError says why a corpus cannot be used.
type CorpusError struct {
	Dir string
	Err error // ErrNoGoFiles, or what the file system said
}

// Error returns one line with the directory and the reason.
func (e *CorpusError) Error() string { return fmt.Sprintf("corpus %s: %v", e.Dir, e.Err) }

// Unwrap returns the reason.
func (e *CorpusError) Unwrap() error { return e.Err }

// ErrNoGoFiles is the reason when a directory holds no Go file with a term in it.
var ErrNoGoFiles = errors.New("no Go files in it")

// An InexactError says that an index was wrong: the shared heap lost an
// update, or made one up.
type InexactError struct {
	Variant   string
	Index     string // "counts" or "files"
	Term      string
	Got, Want int64
}

// Error returns one line with the term and both numbers.
func (e *InexactError) Error() string {
	return fmt.Sprintf("wordindex: %s: %s[%q] = %d, and plain Go counts %d", e.Variant, e.Index, e.Term, e.Got, e.Want)
}
