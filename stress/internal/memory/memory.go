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
	"strings"
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
	// Irrevocably is Update for a body that cannot lose. It needs the Feature
	// Irrevocable.
	Irrevocably(ctx context.Context, body func(tx Tx[T]) error) error
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
	// LostOn returns the variable at which the attempt before this one lost, or
	// -1 where that is not known.
	LostOn() int

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
	Numbered bool // commits have versions
	Broken   bool // must not be expected to hold anything
}

// Names of the systems.
const (
	Weft     = "weft"
	Policies = "weft-policies"
	Mutex    = "mutex"
	RWMutex  = "rwmutex"
	Peer     = "anacrolix"
	None     = "none"
)

var systems = []System{
	{Name: Weft, Doc: "transactions of this module", Features: Nested | Hooks | Irrevocable, Counted: true, Numbered: true},
	{
		Name: Policies, Doc: "the same, each goroutine with another policy of package sched",
		Features: Nested | Hooks | Irrevocable, Counted: true, Numbered: true,
	},
	{Name: Mutex, Doc: "one sync.Mutex around each block", Features: Nested | Hooks | Irrevocable, Numbered: true},
	{Name: RWMutex, Doc: "one sync.RWMutex, shared by views", Features: Nested | Hooks | Irrevocable, Numbered: true},
	{Name: Peer, Doc: "github.com/anacrolix/stm v0.5.0"},
	{Name: None, Doc: "no isolation at all: shows that the checks see", Features: Nested | Hooks | Irrevocable, Broken: true},
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
	var names []string
	for _, s := range systems {
		names = append(names, s.Name)
	}
	return System{}, fmt.Errorf("no engine %q: there are %s", name, strings.Join(names, ", "))
}

// New returns a memory of a system with the given initial values. It panics if
// there is no such system.
func New[T any](system string, initial []T) Memory[T] {
	switch system {
	case Weft:
		return newWeft(initial, nil)
	case Policies:
		return newWeft(initial, policies)
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
