package sched_test

import (
	"testing"

	"github.com/weft-stm/weft/sched"
)

func benchThread(b *testing.B, f func(p *puppet)) {
	for _, mode := range machineModes {
		b.Run(mode.name, func(b *testing.B) {
			p := newPuppet(b, sched.NewMachine(mode.opts...))
			p.Enter()
			for range 100 { // the first descriptors are watched
				f(p)
			}
			b.ReportAllocs()
			for b.Loop() {
				f(p)
			}
			p.Leave("")
		})
	}
}

// BenchmarkTick is what a loop of a guest pays for being interruptible.
func BenchmarkTick(b *testing.B) {
	benchThread(b, func(p *puppet) {
		if p.Tick(1) {
			p.Break(1)
		}
	})
}

// BenchmarkBreak is the end of a transaction and the beginning of the next.
func BenchmarkBreak(b *testing.B) {
	benchThread(b, func(p *puppet) {
		p.CommitSoon()
		p.Tick(1)
		p.Break(1)
	})
}

// BenchmarkOutside is what a call costs that blocks, or may not be repeated.
func BenchmarkOutside(b *testing.B) {
	benchThread(b, func(p *puppet) {
		p.Leave("")
		p.Enter()
	})
}

// BenchmarkAtomic is an empty atomic region.
func BenchmarkAtomic(b *testing.B) {
	benchThread(b, func(p *puppet) {
		p.EnterAtomic()
		p.LeaveAtomic()
		if p.Tick(4) {
			p.Break(1)
		}
	})
}

// BenchmarkMutex is a critical section.
func BenchmarkMutex(b *testing.B) {
	var mu sched.Mutex
	benchThread(b, func(p *puppet) {
		_, _ = mu.Acquire(p.Thread)
		_, _ = mu.Release(p.Thread)
		if p.Tick(4) {
			p.Break(1)
		}
	})
}
