//go:build stmexplore

package sched_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// A stageplay is a run with a Machine on which guest threads play.
type stageplay struct {
	*explore.Run
	m *sched.Machine
}

// puppet makes a thread for whoever plays it.
func (s *stageplay) puppet() *puppet {
	p := new(puppet)
	th, err := s.m.NewThread(ctx, p)
	if err != nil {
		panic(err)
	}
	p.Thread = th
	return p
}

// guest adds a thread that plays a part: steps of a program, each of which is
// saved when a transaction begins, and comes again when it is undone.
func (s *stageplay) guest(name string, steps ...func(p *puppet) sched.Status) {
	s.Go(name, func() {
		p := s.puppet()
		defer p.Close()
		status := p.Enter()
		for status != sched.Ended {
			if p.pc == len(steps) {
				if status = p.Leave("exit"); status == sched.Proceed {
					return
				}
				continue
			}
			step := steps[p.pc]
			p.pc++
			status = step(p)
			if status == sched.Proceed {
				status = p.Enter()
			}
			if status == sched.Proceed && p.Tick(1) {
				status = p.Break(1)
			}
		}
	})
}

func (s *stageplay) holds(condition func() bool, format string, args ...any) {
	s.Final(func() error {
		if !condition() {
			return fmt.Errorf(format, args...)
		}
		return nil
	})
}

// value is what c holds when nothing runs any more.
func value[T any](c *heap.Cell[T]) T { return c.Get(nil) }

// exploreMachine looks at some thousand schedules of a program of guest
// threads, in all modes.
func exploreMachine(t *testing.T, program func(s *stageplay), opts ...sched.MachineOption) {
	t.Helper()
	for _, mode := range machineModes {
		limit := 800
		switch {
		case explore.Deep():
			limit *= 100
		case mode.name == "serial":
			continue // takes the same steps as gil
		case mode.name == "gil":
			limit /= 2
		}
		t.Run(mode.name, func(t *testing.T) {
			explore.Check(t, func(r *explore.Run) {
				s := &stageplay{r, sched.NewMachine(append(slices.Clone(mode.opts), opts...)...)}
				program(s)
				r.Final(engine.Residue)
			}, explore.Preemptions(2, limit), explore.PCT(1, 3, limit/2), explore.PCT(2, 5, limit/2))
		})
	}
}

// add is an atomic region that adds n to c, in steps.
func add(c *heap.Cell[int], n int) []func(p *puppet) sched.Status {
	x := 0
	return []func(p *puppet) sched.Status{
		func(p *puppet) sched.Status { p.EnterAtomic(); return sched.Proceed },
		func(p *puppet) sched.Status {
			v, ok := c.TryGet(p.Thread)
			if !ok {
				return p.Rollback()
			}
			x = v
			return sched.Proceed
		},
		func(p *puppet) sched.Status { c.Set(p.Thread, x+n); return sched.Proceed },
		func(p *puppet) sched.Status { p.LeaveAtomic(); return sched.Proceed },
	}
}

// TestExploreGuests: no addition of two threads is lost, however they come, go,
// and have the heap to themselves in between.
func TestExploreGuests(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		c := heap.NewCell(nil, 0)
		s.guest("first", slices.Concat(add(c, 1), add(c, 10))...)
		s.guest("second", add(c, 100)...)
		s.holds(func() bool { return value(c) == 111 }, "an addition was lost")
	}, sched.Lengths(1, 1))
}

// TestExploreGuestsThatWait: a thread that waits for a condition is woken by
// whoever makes it true, also if that one writes in place.
func TestExploreGuestsThatWait(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		c, got := heap.NewCell(nil, 0), heap.NewCell(nil, 0)
		s.guest("waits",
			func(p *puppet) sched.Status { p.EnterAtomic(); return sched.Proceed },
			func(p *puppet) sched.Status {
				v, ok := c.TryGet(p.Thread)
				if !ok {
					return p.Rollback()
				}
				if v == 0 {
					status, err := p.Retry()
					if err != nil {
						panic(err)
					}
					return status
				}
				got.Set(p.Thread, v)
				return sched.Proceed
			},
			func(p *puppet) sched.Status { p.LeaveAtomic(); return sched.Proceed },
		)
		s.guest("wakes", func(p *puppet) sched.Status { c.Set(p.Thread, 7); return sched.Proceed })
		s.holds(func() bool { return value(got) == 7 }, "the waiting thread got nothing")
	})
}

// TestExploreDoom: a thread that is killed, wherever it is, leaves its region
// undone and nothing behind.
func TestExploreDoom(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		c := heap.NewCell(nil, 0)
		p := s.puppet()
		s.Go("killer", func() { p.Doom(errKilled) })
		s.Go("victim", func() {
			defer p.Close()
			status := p.Enter()
			if status == sched.Proceed {
				p.EnterAtomic()
				c.Set(p.Thread, 1)
				c.Get(p.Thread)
				status, _ = p.Retry()
			}
			for status == sched.Again {
				status, _ = p.Retry()
			}
		})
		s.holds(func() bool { return value(c) == 0 }, "the region of a killed thread is visible")
	})
}

// locking returns steps that acquire mu and release it.
func locking(mu *sched.Mutex) (lock, unlock func(p *puppet) sched.Status) {
	lock = func(p *puppet) sched.Status {
		status, err := mu.Acquire(p.Thread)
		if err != nil {
			panic(err)
		}
		return status
	}
	unlock = func(p *puppet) sched.Status {
		status, err := mu.Release(p.Thread)
		if err != nil {
			panic(err)
		}
		return status
	}
	return lock, unlock
}

// TestExploreMutexOfTheDoomed: a thread that is killed while it waits for a lock,
// and has not been told that it has it, does not keep it.
func TestExploreMutexOfTheDoomed(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		mu := new(sched.Mutex)
		lock, unlock := locking(mu)
		pause := func(p *puppet) sched.Status { return p.Leave("pause") }
		s.guest("other", lock, pause, unlock, pause, lock, unlock)
		p := s.puppet()
		s.Go("killer", func() { p.Doom(errKilled) })
		s.Go("victim", func() {
			defer p.Close()
			status := p.Enter()
			for status != sched.Ended && p.pc < 3 {
				p.pc++
				restores := p.restores
				switch p.pc {
				case 1:
					if status, _ = mu.Acquire(p.Thread); status == sched.Ended && p.restores == restores {
						p.pc = 0
					}
				case 2:
					status, _ = mu.Release(p.Thread)
				case 3:
					status = p.Leave("done")
				}
			}
			if has := p.pc == 1; has {
				p.Pardon()
				if p.Enter() == sched.Proceed {
					_, _ = mu.Release(p.Thread)
					p.Leave("done")
				}
			}
		})
	})
}

// TestExploreMutexReleasedInPlace: who waits for a lock is woken also if the holder
// has the heap to itself by the time it releases it, and so writes in place.
func TestExploreMutexReleasedInPlace(t *testing.T) {
	// It takes more than the schedules of exploreMachine, and only STM can do it.
	explore.Check(t, func(r *explore.Run) {
		s := &stageplay{r, sched.NewMachine()}
		lock, unlock := locking(new(sched.Mutex))
		s.guest("holder", lock, func(p *puppet) sched.Status { return p.Leave("pause") }, unlock)
		s.guest("waiter", lock, unlock)
		r.Final(engine.Residue)
	}, explore.PCT(2, 5, 1500))
}

// TestExploreMutex: threads that hold a lock over several transactions exclude
// one another.
func TestExploreMutex(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		mu, inside, most := new(sched.Mutex), 0, 0
		lock, unlock := locking(mu)
		enter := func(p *puppet) sched.Status {
			status := p.Leave("inside")
			if status == sched.Proceed {
				inside++
				most = max(most, inside)
			}
			return status
		}
		leave := func(p *puppet) sched.Status {
			status := p.Leave("inside")
			if status == sched.Proceed {
				inside--
			}
			return status
		}
		for _, name := range []string{"first", "second"} {
			s.guest(name, lock, enter, leave, unlock)
		}
		s.holds(func() bool { return most == 1 && inside == 0 }, "%d threads held the lock", most)
	})
}

// TestExploreDeferred: natives run in the order of the commits.
func TestExploreDeferred(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		c := heap.NewCell(nil, 0)
		var printed []int
		for _, name := range []string{"first", "second", "third"} {
			s.guest(name, func(p *puppet) sched.Status {
				p.EnterAtomic()
				v, ok := c.TryGet(p.Thread)
				if !ok {
					return p.Rollback()
				}
				c.Set(p.Thread, v+1)
				p.Defer(func() { printed = append(printed, v) })
				p.LeaveAtomic()
				return sched.Proceed
			})
		}
		s.holds(func() bool { return slices.Equal(printed, []int{0, 1, 2}) }, "printed %v", printed)
	})
}

// TestExploreKeys: whoever lists the keys sees those of one state, while others
// insert, delete, and insert again.
func TestExploreKeys(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		d := heap.NewDict[int, int](nil)
		d.Set(nil, 1, 1)
		var seen []int
		s.guest("moves", func(p *puppet) sched.Status { // 1 goes, 2 comes: always one of them
			p.EnterAtomic()
			_, ok := d.TryDelete(p.Thread, 1)
			if !ok || !d.TrySet(p.Thread, 2, 1) {
				return p.Rollback()
			}
			p.LeaveAtomic()
			return sched.Proceed
		})
		s.guest("lists", func(p *puppet) sched.Status {
			keys, ok := d.TryKeys(p.Thread)
			if !ok {
				return p.Rollback()
			}
			if len(keys) != 1 {
				panic(fmt.Sprint("keys ", keys))
			}
			seen = keys
			return sched.Proceed
		})
		s.holds(func() bool { return len(seen) == 1 }, "nothing was listed")
	})
}

// TestExplorePurge: a key that comes back after its place was retired is the same
// key for whoever depended on its absence, or on what it was before.
func TestExplorePurge(t *testing.T) {
	exploreMachine(t, func(s *stageplay) {
		d := heap.NewDict[int, int](nil)
		d.Set(nil, 1, 1)
		c := heap.NewCell(nil, 1) // 1 as long as key 1 is there
		purges := 0
		s.guest("moves",
			func(p *puppet) sched.Status { // 1 goes
				p.EnterAtomic()
				if _, ok := d.TryDelete(p.Thread, 1); !ok {
					return p.Rollback()
				}
				c.Set(p.Thread, 0)
				p.LeaveAtomic()
				return sched.Proceed
			},
			func(p *puppet) sched.Status { // makes places, until those without a key go
				if _, ok := d.TryHas(p.Thread, 10+purges); !ok {
					return p.Rollback()
				}
				purges++
				return sched.Proceed
			},
			func(p *puppet) sched.Status {
				if _, ok := d.TryHas(p.Thread, 20); !ok {
					return p.Rollback()
				}
				return sched.Proceed
			},
			func(p *puppet) sched.Status { // 1 comes back
				p.EnterAtomic()
				if !d.TrySet(p.Thread, 1, 2) {
					return p.Rollback()
				}
				c.Set(p.Thread, 1)
				p.LeaveAtomic()
				return sched.Proceed
			},
		)
		s.guest("looks", func(p *puppet) sched.Status {
			before, ok := c.TryGet(p.Thread)
			if !ok {
				return p.Rollback()
			}
			_, found, ok := d.TryGet(p.Thread, 1)
			if !ok {
				return p.Rollback()
			}
			has, ok := d.TryHas(p.Thread, 1)
			if !ok {
				return p.Rollback()
			}
			if found != (before == 1) || has != found {
				panic(fmt.Sprintf("c is %d, key 1 is found: %v, there: %v", before, found, has))
			}
			return sched.Proceed
		})
		s.holds(func() bool { return d.Has(nil, 1) && value(c) == 1 }, "the key is lost")
	})
}
