package sched

import "fmt"

// A Mode says how a [Machine] runs its threads. Programs give the same results
// in each, as far as they do not depend on how threads interleave.
type Mode uint8

const (
	// STM runs threads in parallel, as transactions. While there is one thread
	// only, it has the heap to itself and runs as in Serial.
	STM Mode = iota
	// GIL runs one thread at a time under a global lock, which goes to the next
	// that waits for it after a switch interval, as in CPython. Objects are
	// read and written in place. It is the baseline.
	GIL
	// Serial is what STM does while there is one thread, for however many
	// there are: they take turns as in GIL.
	Serial
)

// String is the name of m.
func (m Mode) String() string {
	switch m {
	case STM:
		return "stm"
	case GIL:
		return "gil"
	case Serial:
		return "serial"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// ParseMode returns the Mode with that name.
func ParseMode(name string) (Mode, error) {
	for _, m := range []Mode{STM, GIL, Serial} {
		if m.String() == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("sched: no mode %q: use stm, gil or serial", name)
}
