// Package memory puts several ways to keep blocks of code apart behind one
// interface, so that the same workload runs on each: Weft, one mutex, one
// RWMutex, the STM github.com/anacrolix/stm, and nothing at all.
//
// A [Memory] is an array of variables. The interface costs every system the
// same: an indirect call per access.
package memory

import (
	"context"
	"fmt"
	"slices"
)

// A Memory is an array of shared variables of type T.
type Memory[T any] interface {
	// Session returns a handle for one goroutine.
	Session() Session[T]
	// Load returns the present value of a variable, outside of any block.
	Load(v int) T
	// Modify replaces the value of a variable as a block of its own.
	Modify(v int, f func(T) T)
}

// A Session runs blocks for one goroutine.
type Session[T any] interface {
	// Update runs body as one atomic block. An error of body undoes what it
	// wrote and is returned; a panic undoes and goes on. The end of ctx ends
	// waits, with its error.
	Update(ctx context.Context, body func(tx Tx[T]) error) error
	// View is Update for a body that does not write.
	View(ctx context.Context, body func(tx Tx[T]) error) error
}

// A Tx is one attempt at a block.
type Tx[T any] interface {
	Get(v int) T
	Set(v int, x T)
	// Commute sets v to f of what it holds at commit.
	Commute(v int, f func(T) T)
	// Retry gives the attempt up until a variable that it read has changed.
	Retry()
	// OrElse runs the alternatives in turn until one does not Retry.
	OrElse(alternatives ...func() error) error
	// NoteVersion puts the version of the commit into to, once it is known.
	// It does nothing where commits have no version.
	NoteVersion(to *uint64)

	// The rest needs the Feature of the same name.

	Nested(part func() error) error
	OnCommit(f func())
	OnRollback(f func())
	Irrevocable()
}

// Features are what a system can do beyond the rest.
type Features uint8

// Features of a system, and needs of a workload.
const (
	Nested      Features = 1 << iota // parts that fail by themselves
	Hooks                            // OnCommit, OnRollback
	Irrevocable                      // attempts that cannot lose
)

// A System is a kind of Memory.
type System struct {
	Name     string
	Doc      string
	Features Features
	Counted  bool // stm.ReadStats counts what happens in it
	Broken   bool // must not be expected to hold anything
}

// Names of the systems.
const (
	Weft    = "weft"
	Mutex   = "mutex"
	RWMutex = "rwmutex"
	Peer    = "anacrolix"
	None    = "none"
)

var systems = []System{
	{Weft, "transactions of this module", Nested | Hooks | Irrevocable, true, false},
	{Mutex, "one sync.Mutex around each block", Nested | Hooks | Irrevocable, false, false},
	{RWMutex, "one sync.RWMutex, shared by views", Nested | Hooks | Irrevocable, false, false},
	{Peer, "github.com/anacrolix/stm v0.5.0", 0, false, false},
	{None, "no isolation at all: shows that the checks see", Nested | Hooks | Irrevocable, false, true},
}

// Systems lists what New can make.
func Systems() []System { return slices.Clone(systems) }

// Find returns the system of that name.
func Find(name string) (System, error) {
	for _, s := range systems {
		if s.Name == name {
			return s, nil
		}
	}
	return System{}, fmt.Errorf("no engine %q: there are weft, mutex, rwmutex, anacrolix, none", name)
}

// New returns a memory of a system with the given initial values. It panics if
// there is no such system.
func New[T any](system string, initial []T) Memory[T] {
	switch system {
	case Weft:
		return newWeft(initial)
	case Mutex:
		return newLocked(initial, false)
	case RWMutex:
		return newLocked(initial, true)
	case Peer:
		return newPeer(initial)
	case None:
		return newNone(initial)
	}
	panic("memory: no system " + system)
}
