//go:build stmexplore

package explore_test

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/explore"
)

// Programs on bare atomics, with known answers.

// dekker is store buffering: with sequentially consistent atomics at least
// one thread sees the other's store.
func dekker(r *explore.Run) {
	var x, y atomics.Uint32
	var a, b uint32
	r.Go("T0", func() { x.Store(1); a = y.Load() })
	r.Go("T1", func() { y.Store(1); b = x.Load() })
	r.Outcome(func() string { return fmt.Sprintf("a=%d b=%d", a, b) })
	r.Final(func() error {
		if a == 0 && b == 0 {
			return fmt.Errorf("neither saw the other's store")
		}
		return nil
	})
}

// counter increments a word by load and store in n threads: updates get lost.
func counter(n int) explore.Program {
	return func(r *explore.Run) { countBadly(r, n) }
}

func countBadly(r *explore.Run, n int) *atomics.Uint64 {
	x := new(atomics.Uint64)
	for i := range n {
		r.Go(fmt.Sprintf("T%d", i), func() { x.Store(x.Load() + 1) })
	}
	r.Outcome(func() string { return fmt.Sprint(x.Load()) })
	return x
}

// lostUpdate insists that the counter is exact.
func lostUpdate(r *explore.Run) {
	x := countBadly(r, 2)
	r.Final(func() error {
		if x.Load() != 2 {
			return errors.New("an update was lost")
		}
		return nil
	})
}

// casCounter increments by a CAS loop.
func casCounter(n int) explore.Program {
	return func(r *explore.Run) {
		var x atomics.Uint64
		var failed int
		for i := range n {
			r.Go(fmt.Sprintf("T%d", i), func() {
				for {
					v := x.Load()
					if x.CompareAndSwap(v, v+1) {
						return
					}
					failed++
				}
			})
		}
		r.Outcome(func() string { return fmt.Sprintf("%d, %d failed", x.Load(), failed) })
		r.Final(func() error {
			if v := x.Load(); v != uint64(n) {
				return fmt.Errorf("counted %d of %d", v, n)
			}
			return nil
		})
	}
}

// mutexed increments under a mutex.
func mutexed(n int) explore.Program {
	return func(r *explore.Run) {
		var mu atomics.Mutex
		var x uint64
		order := ""
		for i := range n {
			r.Go(fmt.Sprintf("T%d", i), func() {
				mu.Lock()
				x++
				order += fmt.Sprint(i)
				mu.Unlock()
			})
		}
		r.Outcome(func() string { return order })
		r.Final(func() error {
			if x != uint64(n) {
				return fmt.Errorf("counted %d of %d", x, n)
			}
			return nil
		})
	}
}

// opposite takes two mutexes in opposite orders, and may get stuck.
func opposite(r *explore.Run) {
	oppositeLocks(r)
	r.Deadlock(func([]string) error { return nil })
}

func oppositeLocks(r *explore.Run) {
	var a, b atomics.Mutex
	lock := func(x, y *atomics.Mutex) func() {
		return func() {
			x.Lock()
			defer x.Unlock()
			y.Lock()
			defer y.Unlock()
		}
	}
	r.Go("T0", lock(&a, &b))
	r.Go("T1", lock(&b, &a))
	r.Outcome(func() string { return "done" })
}

// handover waits for a flag by parking. The waiter publishes its parker, then
// looks once more unless forgetful: then a wake-up is lost.
func handover(forgetful bool) explore.Program {
	return func(r *explore.Run) {
		var flag atomics.Bool
		var waiter atomics.Pointer[atomics.Parker]
		r.Go("waiter", func() {
			if flag.Load() {
				return
			}
			p := atomics.NewParker()
			waiter.Store(&p)
			if !forgetful && flag.Load() {
				return
			}
			p.Park(nil)
		})
		r.Go("waker", func() {
			flag.Store(true)
			if p := waiter.Load(); p != nil {
				p.Unpark()
			}
		})
	}
}

// polling waits for a flag in a loop; leaky never sets it on one path.
func polling(leaky bool) explore.Program {
	return func(r *explore.Run) {
		var lock, x atomics.Uint32
		acquire := func() {
			for round := 0; !lock.CompareAndSwap(0, 1); round++ {
				atomics.Pause(round, func() bool { return lock.Load() == 0 })
			}
		}
		for i := range 2 {
			r.Go(fmt.Sprintf("T%d", i), func() {
				acquire()
				n := x.Add(1)
				if leaky && n == 2 && i == 0 {
					return
				}
				lock.Store(0)
			})
		}
		r.Go("T2", func() { acquire(); lock.Store(0) })
		r.Outcome(func() string { return fmt.Sprint(x.Load()) })
	}
}

// patient threads take two locks in opposite orders and give up after three
// polls: no deadlock.
func patient(r *explore.Run) {
	var locks [2]atomics.Uint32
	try := func(l *atomics.Uint32) bool {
		for round := range 3 {
			if l.CompareAndSwap(0, 1) {
				return true
			}
			atomics.Pause(round, func() bool { return l.Load() == 0 })
		}
		return false
	}
	got := make([]bool, 2)
	for i := range 2 {
		r.Go(fmt.Sprintf("T%d", i), func() {
			if !try(&locks[i]) {
				return
			}
			if got[i] = try(&locks[1-i]); got[i] {
				locks[1-i].Store(0)
			}
			locks[i].Store(0)
		})
	}
	r.Outcome(func() string { return fmt.Sprint(got) })
}

// cancelled parks until it is woken or its context ends; both may happen.
func cancelled(r *explore.Run) {
	ctx := explore.NewContext()
	p := atomics.NewParker()
	var woken bool
	r.Go("waiter", func() { woken = p.Park(ctx.Done()) })
	r.Go("waker", func() { p.Unpark() })
	r.Go("canceller", ctx.Cancel)
	r.Outcome(func() string { return fmt.Sprint(woken) })
}

// either waits for one of two flags. T0 can only see y set if T2 was it who
// ended the wait, which the condition does not look at once T0 has.
func either(r *explore.Run) {
	var a, b, y atomics.Uint32
	var seen uint32
	r.Go("T0", func() { seen = y.Load(); a.Store(1) })
	r.Go("T1", func() {
		atomics.Pause(0, func() bool { return a.Load() == 1 || b.Load() == 1 })
		y.Store(1)
	})
	r.Go("T2", func() { b.Store(1) })
	r.Outcome(func() string { return fmt.Sprint(seen) })
}

// aba pops from a stack by CAS on the head alone: T0 may be fooled by a node
// that was popped and pushed again.
func aba(r *explore.Run) {
	type node struct{ next *node }
	b := &node{}
	a := &node{next: b}
	var head atomics.Pointer[node]
	head.Store(a)
	popped := map[*node]int{}
	pop := func() *node {
		for {
			n := head.Load()
			if n == nil {
				return nil
			}
			next := n.next
			if head.CompareAndSwap(n, next) {
				popped[n]++
				return n
			}
		}
	}
	r.Go("T0", func() { pop() })
	r.Go("T1", func() {
		first := pop()
		second := pop()
		if first == nil || second == nil {
			return
		}
		for { // push first again
			first.next = head.Load()
			if head.CompareAndSwap(first.next, first) {
				popped[first]--
				return
			}
		}
	})
	r.Final(func() error {
		if popped[b] > 1 || popped[b] == 1 && head.Load() == b {
			return fmt.Errorf("a node that was popped is on the stack")
		}
		return nil
	})
}

// livelock polls without saying for what: an unfair schedule never ends.
func livelock(r *explore.Run) {
	var x atomics.Uint32
	r.Go("T0", func() {
		for x.Load() == 0 {
			atomics.Yield()
		}
	})
	r.Go("T1", func() { x.Store(1) })
}

// independent threads touch nothing in common: one class of schedules.
func independent(r *explore.Run) {
	for i := range 3 {
		var x atomics.Uint32
		r.Go(fmt.Sprintf("T%d", i), func() { x.Store(1); x.Store(2) })
	}
	r.Outcome(func() string { return "done" })
}

// panicking panics if the other thread comes in between.
func panicking(r *explore.Run) {
	var x atomics.Uint32
	r.Go("T0", func() {
		if a, b := x.Load(), x.Load(); a != b {
			panic("torn")
		}
	})
	r.Go("T1", func() { x.Store(1) })
}

// exiting leaves T0 by Goexit in the middle, after which T1 goes on.
func exiting(allowed bool) explore.Program {
	return func(r *explore.Run) {
		var x atomics.Uint32
		var seen uint32
		h := r.Go("T0", func() {
			defer x.Add(1)
			if x.Add(1) == 1 {
				runtime.Goexit()
			}
			x.Add(5)
		})
		if allowed {
			h.MayGoexit()
		}
		r.Go("T1", func() { x.Load(); seen = x.Load() })
		r.Outcome(func() string { return fmt.Sprint(max(seen, 1)) })
	}
}

// undetermined counts its runs and behaves accordingly.
func undetermined() explore.Program {
	run := 0
	return func(r *explore.Run) {
		var x, y atomics.Uint32
		run++
		odd := run%2 == 1
		r.Go("T0", func() {
			x.Load()
			if odd {
				y.Load()
			} else {
				x.Load()
			}
		})
		r.Go("T1", func() { x.Store(1) })
	}
}
