//go:build !stmexplore

package atomics

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Exploring reports whether accesses are scheduled by the explorer.
const Exploring = false

type (
	Uint64         = atomic.Uint64
	Uint32         = atomic.Uint32
	Bool           = atomic.Bool
	Pointer[T any] = atomic.Pointer[T]
	Mutex          = sync.Mutex
)

// The compiler can inline a method through an alias only if the package of the
// alias uses it too: otherwise each Load of the core would be a call.
func inlined(a *Uint64, b *Uint32, c *Bool) {
	a.Store(a.Load())
	a.CompareAndSwap(a.Add(1), a.Swap(0))
	b.Store(b.Load())
	b.CompareAndSwap(b.Add(1), b.Swap(0))
	c.Store(c.Load())
	c.CompareAndSwap(c.Swap(true), true)
}

var _ = inlined

// A Pool keeps idle objects of one type. Under the explorer it keeps them apart
// by thread and run, so that reuse never makes a schedule irreproducible.
type Pool[T any] struct {
	p sync.Pool
}

// Get returns an idle object, or nil when there is none.
func (p *Pool[T]) Get() *T {
	x, _ := p.p.Get().(*T)
	return x
}

// Put makes x available to a later Get.
func (p *Pool[T]) Put(x *T) { p.p.Put(x) }

// Rounds that spin. A holder of a locked word never waits and runs some tens of
// nanoseconds, if polls do not take the line from it; so Pause spins for about
// ten microseconds. Who yields among many goroutines that compute gets its turn
// again after that many time slices, which is a thousand times as long. Only a
// holder that is itself descheduled needs that. PauseLong waits for something
// that takes its time.
const (
	spinRounds     = 100
	spinRoundsLong = 16
	maxSleep       = time.Millisecond
)

// Sleepy is the round from which on PauseLong sleeps.
const Sleepy = 256

// Pause lets time pass in a polling loop. round counts the caller's polls so
// far: the first ones spin, later ones yield the processor. ready is what the
// caller polls for; only the explorer calls it, which then resumes the caller
// no sooner than it holds. Pause may return although ready does not hold.
func Pause(round int, ready func() bool) {
	if round < spinRounds && severalCPUs {
		Delay(8 << min(round/8, 5))
		return
	}
	runtime.Gosched()
}

// PauseLong is Pause for a wait of unknown length: it ends up sleeping, at
// most a millisecond a call. It neither blocks on a channel nor on a lock, so
// that goroutines of different testing/synctest bubbles may wait for one
// another.
func PauseLong(round int, ready func() bool) {
	switch {
	case round < spinRoundsLong && severalCPUs:
		Delay(8 << min(round/4, 3))
	case round < Sleepy:
		runtime.Gosched()
	default:
		time.Sleep(min(time.Duration(round-Sleepy+1)*10*time.Microsecond, maxSleep))
	}
}

// Nanotime is the time in nanoseconds, for polls that shall not be too close.
// It stands still in a testing/synctest bubble.
func Nanotime() int64 { return time.Now().UnixNano() }

// severalCPUs says whether spinning can help: the holder may be running now.
var severalCPUs = runtime.NumCPU() > 1

// spin is loaded to keep a spinning loop from being removed.
var spin atomic.Uint32

// Delay spins for about n loads: a random pause before a restart.
func Delay(n int) {
	for range n {
		spin.Load()
	}
}

// Yield lets other goroutines run.
func Yield() { runtime.Gosched() }

// A Parker puts one goroutine to sleep once. It is made for one wait and
// never reused: a channel that crosses testing/synctest bubbles ends the
// process, and a pooled one would.
type Parker struct {
	ch chan struct{}
}

// NewParker returns a Parker for one wait.
func NewParker() Parker { return Parker{make(chan struct{})} }

// Unpark ends the wait, also one that has not begun. It is called at most once.
func (p Parker) Unpark() { close(p.ch) }

// Park waits for Unpark and reports true, or for done to be closed and
// reports false. A nil done is never closed.
func (p Parker) Park(done <-chan struct{}) bool {
	if done == nil {
		<-p.ch
		return true
	}
	select {
	case <-p.ch:
		return true
	case <-done:
		return false
	}
}

// Unobserved runs f, whose accesses are not part of the protocol. The explorer
// runs it in one step.
func Unobserved(f func()) { f() }
