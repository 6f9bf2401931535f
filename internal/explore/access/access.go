// Package access is the line between those who touch shared memory
// (internal/atomics under the build tag stmexplore) and the one who decides
// when (internal/explore). Each access is announced here before it happens.
//
// Outside of an explored run nobody listens: every function returns at once
// and the access goes straight through.
package access

import "sync/atomic"

// A Kind says what an access does to its object.
type Kind uint8

// The kinds of accesses. Those up to Unlock name the operation they announce.
const (
	Load Kind = iota
	Store
	Swap
	CompareAndSwap
	Add
	And
	Or
	TryLock
	Lock // waits until the mutex is free, then takes it
	Unlock
	Unpark
	Cancel // of a context
	Poll   // of a context
	Pause  // a polling loop that would spin
	Park
	Choice // a decision that chance takes in a normal build
	Begin  // of a transaction
	End    // of a transaction
)

var kindNames = [...]string{
	"load", "store", "swap", "cas", "add", "and", "or", "trylock", "lock", "unlock",
	"unpark", "cancel", "poll", "pause", "park", "choice", "begin", "end",
}

func (k Kind) String() string { return kindNames[k] }

// Waits reports whether an access of kind k waits for a condition.
func (k Kind) Waits() bool { return k == Lock || k == Pause || k == Park }

// An Object is the identity of something shared. Every wrapper of
// internal/atomics contains one. Its number is given by the scheduler when the
// object is first announced in a run, so it depends on the schedule only,
// never on an address.
type Object struct {
	run, number uint32
}

// Number returns the number of o in the given run, if it has one.
func (o *Object) Number(run uint32) (number uint32, ok bool) {
	return o.number, o.run == run
}

// SetNumber gives o its number in the given run.
func (o *Object) SetNumber(run, number uint32) { o.run, o.number = run, number }

// A Scheduler decides which guest thread moves next.
type Scheduler interface {
	// Step announces an access. It returns when the access may be performed,
	// and reports whether a Note about its outcome is wanted.
	Step(o *Object, k Kind) (noted bool)

	// StepChannel is Step for an object that is known by its channel.
	StepChannel(c <-chan struct{}, k Kind) (noted bool)

	// Await announces an access that waits. It returns when ready holds and
	// the access may be performed. ready announces what it looks at; those
	// are recorded, but they are no accesses of their own.
	Await(o *Object, k Kind, ready func() bool)

	// Choose takes one of n decisions.
	Choose(n int) int

	// Unchanged says that the access just performed wrote nothing.
	Unchanged()

	// Note describes the outcome of the access just performed.
	Note(text string)

	// Unobserved runs f without announcing anything.
	Unobserved(f func())

	// Guest tells the run and the thread that are running.
	Guest() (run uint32, thread int)
}

// listener is whoever runs guests at present.
type listener struct{ Scheduler }

var current atomic.Pointer[listener]

// Listen makes s hear of every access from now on. A nil s ends that.
func Listen(s Scheduler) {
	if s == nil {
		current.Store(nil)
		return
	}
	current.Store(&listener{s})
}

// Step announces an access to o.
func Step(o *Object, k Kind) (noted bool) {
	if l := current.Load(); l != nil {
		return l.Step(o, k)
	}
	return false
}

// StepChannel announces an access to the object known by c.
func StepChannel(c <-chan struct{}, k Kind) (noted bool) {
	if l := current.Load(); l != nil {
		return l.StepChannel(c, k)
	}
	return false
}

// Await announces an access that waits for ready. Outside of a run it returns
// false at once, and the caller waits as it would in a normal build.
func Await(o *Object, k Kind, ready func() bool) (explored bool) {
	if l := current.Load(); l != nil {
		l.Await(o, k, ready)
		return true
	}
	return false
}

// Choose takes one of n decisions; outside of a run, the first.
func Choose(n int) int {
	if l := current.Load(); l != nil {
		return l.Choose(n)
	}
	return 0
}

// Unchanged says that the access just performed wrote nothing.
func Unchanged() {
	if l := current.Load(); l != nil {
		l.Unchanged()
	}
}

// Note describes the outcome of the access just performed.
func Note(text string) {
	if l := current.Load(); l != nil {
		l.Note(text)
	}
}

// Unobserved runs f without announcing anything.
func Unobserved(f func()) {
	if l := current.Load(); l != nil {
		l.Unobserved(f)
		return
	}
	f()
}

// Guest tells the run and the thread that are running, if one is.
func Guest() (run uint32, thread int, ok bool) {
	if l := current.Load(); l != nil {
		run, thread = l.Guest()
		return run, thread, true
	}
	return 0, 0, false
}
