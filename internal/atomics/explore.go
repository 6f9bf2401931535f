//go:build stmexplore

package atomics

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-stm/weft/internal/explore/access"
)

// Exploring reports whether accesses are scheduled by the explorer.
const Exploring = true

// did describes the outcome of an access in the printed interleaving.
func did[V any](noted bool, v V) V {
	if noted {
		access.Note("= " + show(v))
	}
	return v
}

func wrote[V any](noted bool, v V) {
	if noted {
		access.Note("← " + show(v))
	}
}

func swapped[V any](noted bool, old, new V, ok bool) bool {
	if !ok {
		access.Unchanged()
	}
	if noted {
		failed := ""
		if !ok {
			failed = ", failed"
		}
		access.Note(show(old) + " → " + show(new) + failed)
	}
	return ok
}

// show never prints an address: it would differ from run to run.
func show(v any) string {
	switch v := v.(type) {
	case uint64, uint32:
		return fmt.Sprintf("%#x", v)
	case bool:
		return fmt.Sprint(v)
	default:
		if fmt.Sprintf("%p", v) == "%!p(<nil>)" || fmt.Sprintf("%p", v) == "0x0" {
			return "nil"
		}
		return "non-nil"
	}
}

// A Uint64 is an atomic.Uint64 whose accesses are announced.
type Uint64 struct {
	o access.Object
	v atomic.Uint64
}

func (x *Uint64) Load() uint64 { return did(access.Step(&x.o, access.Load), x.v.Load()) }

func (x *Uint64) Store(v uint64) {
	noted := access.Step(&x.o, access.Store)
	x.v.Store(v)
	wrote(noted, v)
}

func (x *Uint64) Swap(v uint64) uint64 {
	noted := access.Step(&x.o, access.Swap)
	return did(noted, x.v.Swap(v))
}

func (x *Uint64) CompareAndSwap(old, new uint64) bool {
	noted := access.Step(&x.o, access.CompareAndSwap)
	return swapped(noted, old, new, x.v.CompareAndSwap(old, new))
}

func (x *Uint64) Add(delta uint64) uint64 {
	noted := access.Step(&x.o, access.Add)
	return did(noted, x.v.Add(delta))
}

func (x *Uint64) And(mask uint64) uint64 {
	noted := access.Step(&x.o, access.And)
	return did(noted, x.v.And(mask))
}

func (x *Uint64) Or(mask uint64) uint64 {
	noted := access.Step(&x.o, access.Or)
	return did(noted, x.v.Or(mask))
}

// A Uint32 is an atomic.Uint32 whose accesses are announced.
type Uint32 struct {
	o access.Object
	v atomic.Uint32
}

func (x *Uint32) Load() uint32 {
	noted := access.Step(&x.o, access.Load)
	return did(noted, x.v.Load())
}

func (x *Uint32) Store(v uint32) {
	noted := access.Step(&x.o, access.Store)
	x.v.Store(v)
	wrote(noted, v)
}

func (x *Uint32) Swap(v uint32) uint32 {
	noted := access.Step(&x.o, access.Swap)
	return did(noted, x.v.Swap(v))
}

func (x *Uint32) CompareAndSwap(old, new uint32) bool {
	noted := access.Step(&x.o, access.CompareAndSwap)
	return swapped(noted, old, new, x.v.CompareAndSwap(old, new))
}

func (x *Uint32) Add(delta uint32) uint32 {
	noted := access.Step(&x.o, access.Add)
	return did(noted, x.v.Add(delta))
}

func (x *Uint32) And(mask uint32) uint32 {
	noted := access.Step(&x.o, access.And)
	return did(noted, x.v.And(mask))
}

func (x *Uint32) Or(mask uint32) uint32 {
	noted := access.Step(&x.o, access.Or)
	return did(noted, x.v.Or(mask))
}

// A Bool is an atomic.Bool whose accesses are announced.
type Bool struct {
	o access.Object
	v atomic.Bool
}

func (x *Bool) Load() bool {
	noted := access.Step(&x.o, access.Load)
	return did(noted, x.v.Load())
}

func (x *Bool) Store(v bool) {
	noted := access.Step(&x.o, access.Store)
	x.v.Store(v)
	wrote(noted, v)
}

func (x *Bool) Swap(v bool) bool {
	noted := access.Step(&x.o, access.Swap)
	return did(noted, x.v.Swap(v))
}

func (x *Bool) CompareAndSwap(old, new bool) bool {
	noted := access.Step(&x.o, access.CompareAndSwap)
	return swapped(noted, old, new, x.v.CompareAndSwap(old, new))
}

// A Pointer is an atomic.Pointer whose accesses are announced.
type Pointer[T any] struct {
	o access.Object
	v atomic.Pointer[T]
}

func (x *Pointer[T]) Load() *T {
	noted := access.Step(&x.o, access.Load)
	return did(noted, x.v.Load())
}

func (x *Pointer[T]) Store(v *T) {
	noted := access.Step(&x.o, access.Store)
	x.v.Store(v)
	wrote(noted, v)
}

func (x *Pointer[T]) Swap(v *T) *T {
	noted := access.Step(&x.o, access.Swap)
	return did(noted, x.v.Swap(v))
}

func (x *Pointer[T]) CompareAndSwap(old, new *T) bool {
	noted := access.Step(&x.o, access.CompareAndSwap)
	return swapped(noted, old, new, x.v.CompareAndSwap(old, new))
}

// A Mutex is a sync.Mutex whose operations are announced. Within a run it is
// locked for that run only: guests that are abandoned half-way would otherwise
// leave a global mutex locked for the runs that follow.
type Mutex struct {
	o      access.Object
	mu     sync.Mutex
	holder uint32 // run in which it is locked
}

func (m *Mutex) free() bool {
	access.Step(&m.o, access.Load)
	run, _, _ := access.Guest()
	return m.holder != run
}

func (m *Mutex) Lock() {
	if !access.Await(&m.o, access.Lock, m.free) {
		m.mu.Lock()
		return
	}
	m.holder, _, _ = access.Guest()
}

func (m *Mutex) TryLock() bool {
	noted := access.Step(&m.o, access.TryLock)
	run, _, ok := access.Guest()
	switch {
	case !ok:
		return m.mu.TryLock()
	case m.holder == run:
		access.Unchanged()
		return did(noted, false)
	}
	m.holder = run
	return did(noted, true)
}

func (m *Mutex) Unlock() {
	access.Step(&m.o, access.Unlock)
	run, _, ok := access.Guest()
	switch {
	case !ok:
		m.mu.Unlock()
	case m.holder != run:
		panic("atomics: unlock of unlocked mutex")
	default:
		m.holder = 0
	}
}

// A Pool keeps idle objects of one type. Within a run each thread keeps its
// own, last in first out, and none outlives the run: objects are reused as in
// a normal build, and every schedule stays reproducible.
type Pool[T any] struct {
	p    sync.Pool
	run  uint32
	idle [][]*T // by thread
}

// Get returns an idle object, or nil when there is none.
func (p *Pool[T]) Get() *T {
	mine := p.mine()
	if mine == nil {
		x, _ := p.p.Get().(*T)
		return x
	}
	n := len(*mine)
	if n == 0 {
		return nil
	}
	x := (*mine)[n-1]
	*mine = (*mine)[:n-1]
	return x
}

// Put makes x available to a later Get.
func (p *Pool[T]) Put(x *T) {
	if mine := p.mine(); mine != nil {
		*mine = append(*mine, x)
	} else {
		p.p.Put(x)
	}
}

// mine returns what the running thread keeps, or nil outside of a run.
func (p *Pool[T]) mine() *[]*T {
	run, thread, ok := access.Guest()
	if !ok {
		return nil
	}
	if p.run != run {
		p.run, p.idle = run, nil
	}
	for len(p.idle) <= thread {
		p.idle = append(p.idle, nil)
	}
	return &p.idle[thread]
}

// Pause lets time pass in a polling loop: within a run, until ready holds, so
// that polling takes one step and a lock that is never released is a deadlock.
func Pause(round int, ready func() bool) {
	if !access.Await(nil, access.Pause, ready) {
		runtime.Gosched()
	}
}

// Sleepy is the round from which on PauseLong sleeps.
const Sleepy = 256

// PauseLong is Pause for a wait of unknown length.
func PauseLong(round int, ready func() bool) {
	if !access.Await(nil, access.Pause, ready) {
		time.Sleep(10 * time.Microsecond)
	}
}

// Nanotime tells nothing within a run: no clock decides what happens there.
func Nanotime() int64 {
	if _, _, ok := access.Guest(); ok {
		return 0
	}
	return time.Now().UnixNano()
}

// Delay does nothing: whoever else wants to move may do so anyway.
func Delay(n int) {}

// Yield does nothing within a run, for the same reason.
func Yield() {
	if _, _, ok := access.Guest(); !ok {
		runtime.Gosched()
	}
}

// Unobserved runs f without announcing its accesses. It is for what has no
// part in the protocol; f does not wait for anybody.
func Unobserved(f func()) { access.Unobserved(f) }

// A Parker puts one guest thread to sleep once.
type Parker struct {
	w *wait
}

type wait struct {
	o  access.Object
	ch chan struct{}
}

// NewParker returns a Parker for one wait.
func NewParker() Parker { return Parker{&wait{ch: make(chan struct{})}} }

// Unpark ends the wait, also one that has not begun. It is called at most once.
func (p Parker) Unpark() {
	access.Step(&p.w.o, access.Unpark)
	close(p.w.ch)
}

// Park waits for Unpark and reports true, or for done to be closed and
// reports false. When both have happened either answer may come, as in a
// normal build; both are explored.
func (p Parker) Park(done <-chan struct{}) bool {
	var woken, cancelled bool
	explored := access.Await(nil, access.Park, func() bool {
		// Both are looked at: the answer depends on both.
		woken, cancelled = p.unparked(), isDone(done)
		return woken || cancelled
	})
	if !explored {
		select {
		case <-p.w.ch:
			return true
		case <-done:
			return false
		}
	}
	if woken && cancelled {
		woken = access.Choose(2) == 0
	}
	return woken
}

func (p Parker) unparked() bool {
	access.Step(&p.w.o, access.Load)
	return closed(p.w.ch)
}

func isDone(done <-chan struct{}) bool {
	if done == nil {
		return false
	}
	access.StepChannel(done, access.Poll)
	return closed(done)
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
