package sched

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/internal/atomics"
)

// A Machine runs the guest threads of an interpreter over one shared heap, as
// if under a global lock. An interpreter has one dispatch loop, written against
// [Thread] and the objects of package heap; the [Mode] of the Machine says
// whether there is a lock behind it or transactions.
//
// A guest thread's code always runs inside some transaction. It ends at a
// back-edge or a call, once it is long enough, and the next begins: see
// [Thread.Break]. What a transaction has done becomes visible to other threads
// at one instant, so guest instructions are atomic, and other threads see them
// in the order in which they ran.
//
// Objects belong to the Machine on whose threads they were made. A Machine
// starts no goroutine and needs no closing.
//
// After the transactions of PyPy-STM (Meier, Rigo, Gross, 2014).
type Machine struct {
	machineConfig
	lock     turnstile               // of GIL and Serial
	fast     atomics.Pointer[Thread] // who has the heap to itself, in STM
	insiders atomics.Uint32          // threads inside, or on their way, in STM
	threads  atomics.Uint32          // that exist
	lastID   atomics.Uint64          // of threads
	lastUnit atomics.Uint64          // given out to threads for NewID
	lastOwn  atomics.Uint32          // given out for Thread.Own
	sleepers sleepers
	effects  effects
	book     book
	traces   [traceLen]trace
}

// NewMachine returns a Machine, in mode [STM] unless [In] says otherwise.
func NewMachine(opts ...MachineOption) *Machine {
	m := &Machine{machineConfig: defaults}
	for _, o := range opts {
		if o.set != nil {
			o.set(&m.machineConfig)
		}
	}
	m.effects.init()
	return m
}

// NewOwn is for the packages of this module: see [Thread.Own].
func (m *Machine) NewOwn() uint32 { return m.lastOwn.Add(1) - 1 }

// Mode returns how the Machine runs its threads.
func (m *Machine) Mode() Mode { return m.mode }

// Threads returns the number of threads that have been made and not closed.
func (m *Machine) Threads() int { return int(m.threads.Load()) }

// String describes the Machine, for people.
func (m *Machine) String() string {
	return fmt.Sprintf("machine in mode %s: %d threads", m.mode, m.Threads())
}

// A Guest is the interpreter's side of a [Thread]. Its methods are called by
// the goroutine that runs the thread, from within a method of Thread.
type Guest interface {
	// Save remembers the state of the interpreter, so that Restore can bring it
	// back: registers, position, stack. It is called when a transaction has
	// begun. What is saved is where to go on when the call of Thread returns.
	//
	// A deep stack need not be copied: it is enough to save its top frame, and
	// an older frame before it is returned into.
	Save()

	// Restore brings back what was saved last. It may be called several times.
	Restore()

	// Position tells where the thread is. It is asked for reports only.
	Position() Position
}

// A Position is a place in guest code.
type Position struct {
	File string // or whatever the guest's user knows the code by
	Line int    // from 1; 0 if unknown
	Func string // or ""
}

// String is "file:line in function", without what is not known.
func (p Position) String() string {
	if p == (Position{}) {
		return "somewhere"
	}
	s := p.File
	if p.Line != 0 {
		s = fmt.Sprintf("%s:%d", s, p.Line)
	}
	if p.Func != "" {
		s += " in " + p.Func
	}
	return s
}

// A Status says how the dispatch loop goes on after a call of [Thread].
type Status uint8

const (
	// Proceed: with the next instruction.
	Proceed Status = iota
	// Again: from the state that Restore has brought back; the loop must load
	// its registers anew.
	Again
	// Ended: not at all. The thread has been stopped from outside, and is
	// outside of any transaction; [Thread.Err] tells why.
	Ended
)

// String is the name of s.
func (s Status) String() string {
	switch s {
	case Proceed:
		return "proceed"
	case Again:
		return "again"
	case Ended:
		return "ended"
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// NewThread makes a guest thread that runs under ctx: when ctx ends, the thread
// is doomed with its cause. It is to be closed by [Thread.Close].
//
// The error is [ErrTooManyThreads], by the option [MaxThreads]. A thread is
// outside of transactions at first: see [Thread.Enter]. It takes about ten
// kilobytes.
func (m *Machine) NewThread(ctx context.Context, g Guest) (*Thread, error) {
	if ctx == nil {
		panic("sched: nil context: pass context.Background() if nothing cancels the thread")
	}
	for {
		n := m.threads.Load()
		if n >= m.maxThreads {
			return nil, ErrTooManyThreads
		}
		if m.threads.CompareAndSwap(n, n+1) {
			break
		}
	}
	return newThread(m, ctx, g), nil
}
