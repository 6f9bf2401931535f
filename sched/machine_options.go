package sched

import (
	"math"
	"time"
)

// A MachineOption adjusts a [Machine]. The zero MachineOption changes nothing.
type MachineOption struct {
	set func(c *machineConfig)
}

type machineConfig struct {
	mode       Mode
	interval   int64 // nanoseconds between two switches under a lock
	minLength  int   // of transactions, in guest instructions
	maxLength  int
	maxWrites  int
	maxTime    int64 // nanoseconds
	maxThreads uint32
	transact   bool // also when there is one thread
	onConflict func(Conflict)
	sitePos    func(site uint32) Position
}

var defaults = machineConfig{
	interval:   5 * int64(time.Millisecond),
	minLength:  64,
	maxLength:  1 << 16,
	maxWrites:  1 << 12,
	maxTime:    int64(time.Millisecond),
	maxThreads: math.MaxUint32,
}

// In sets the mode.
func In(m Mode) MachineOption {
	return MachineOption{func(c *machineConfig) { c.mode = m }}
}

// SwitchInterval sets after what time a thread gives the lock to one that
// waits, in the modes that have a lock; without it, 5 milliseconds.
func SwitchInterval(d time.Duration) MachineOption {
	if d <= 0 {
		panic("sched: SwitchInterval needs a positive duration")
	}
	return MachineOption{func(c *machineConfig) { c.interval = int64(d) }}
}

// Lengths bounds how many guest instructions a transaction has; without it,
// from 64 to 65,536. Within the bounds the length adapts to each thread and loop.
// With shortest and longest the same it is fixed.
func Lengths(shortest, longest int) MachineOption {
	if shortest <= 0 || longest < shortest || longest > math.MaxInt32 {
		panic("sched: Lengths needs positive bounds, the shorter one first")
	}
	return MachineOption{func(c *machineConfig) { c.minLength, c.maxLength = shortest, longest }}
}

// MaxWrites ends transactions that have written more than about n slots;
// without it, 4,096. Atomic regions are not ended.
func MaxWrites(n int) MachineOption {
	if n <= 0 {
		panic("sched: MaxWrites needs a positive number of writes")
	}
	return MachineOption{func(c *machineConfig) { c.maxWrites = n }}
}

// MaxTime ends transactions that have run for longer than d; without it, a
// millisecond. Atomic regions are not ended.
func MaxTime(d time.Duration) MachineOption {
	if d <= 0 {
		panic("sched: MaxTime needs a positive duration")
	}
	return MachineOption{func(c *machineConfig) { c.maxTime = int64(d) }}
}

// MaxThreads limits how many threads exist at a time.
func MaxThreads(n int) MachineOption {
	if n <= 0 || uint64(n) > math.MaxUint32 {
		panic("sched: MaxThreads needs a positive number of threads")
	}
	return MachineOption{func(c *machineConfig) { c.maxThreads = uint32(n) }}
}

// AlwaysTransact makes [STM] run transactions also while there is one thread,
// to measure what they cost.
func AlwaysTransact() MachineOption {
	return MachineOption{func(c *machineConfig) { c.transact = true }}
}

// OnConflict calls f for each transaction that is lost, in the goroutine of the
// thread that lost it, which has been rolled back. f must not use the thread.
func OnConflict(f func(Conflict)) MachineOption {
	if f == nil {
		panic("sched: OnConflict needs a function")
	}
	return MachineOption{func(c *machineConfig) { c.onConflict = f }}
}

// SitePositions tells what guest position a site stands for that was given to
// [Thread.Break], for reports. f may be called by any thread.
func SitePositions(f func(site uint32) Position) MachineOption {
	if f == nil {
		panic("sched: SitePositions needs a function")
	}
	return MachineOption{func(c *machineConfig) { c.sitePos = f }}
}
