package stm

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/weft-stm/weft/internal/engine"
)

// An IrrevocableSite is a place at which transactions became irrevocable.
type IrrevocableSite struct {
	Name  string // of the transaction, or the reason given to IrrevocableFor
	Site  string // function, file and line of the call, or of the body
	Count uint64 // times
}

// String tells how often, who and where.
func (s IrrevocableSite) String() string {
	return fmt.Sprintf("%d × %q at %s", s.Count, s.Name, s.Site)
}

// Irrevocables lists where transactions of this process became irrevocable,
// the most frequent first. One that does so stops all other updates meanwhile;
// who has many of them wants to know where they are.
func Irrevocables() []IrrevocableSite {
	var all []IrrevocableSite
	for _, s := range engine.IrrevocableSites() {
		all = append(all, IrrevocableSite(s))
	}
	slices.SortFunc(all, func(a, b IrrevocableSite) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Site, b.Site))
	})
	return all
}

// A Stall is an irrevocable transaction that keeps others waiting.
type Stall struct {
	Name string        // of the transaction, or the reason given to IrrevocableFor
	Site string        // function, file and line; "" if it runs alone because it lost too often
	Held time.Duration // so far
}

// String names the holder, and says what to do.
func (s Stall) String() string {
	at := ""
	if s.Site != "" {
		at = " at " + s.Site
	}
	return fmt.Sprintf("stm: irrevocable transaction %q%s has kept all other updates waiting for %v: do less after Irrevocable, and wait for nothing there",
		s.Name, at, s.Held.Round(time.Millisecond))
}

// Watchdog makes report be called when an irrevocable transaction keeps others
// waiting for longer than after: once for each such transaction, in a goroutine
// that waits. report must not use transactions. A nil report ends the watch,
// which there is one of in a process. It costs nothing while nobody waits for
// long, and two clock readings for an irrevocable transaction.
//
//	stm.Watchdog(time.Second, func(s stm.Stall) { log.Print(s) })
func Watchdog(after time.Duration, report func(Stall)) {
	if report == nil {
		engine.Watchdog(0, nil)
		return
	}
	engine.Watchdog(int64(after), func(s engine.Stall) {
		report(Stall{s.Name, s.Site, time.Duration(s.Held)})
	})
}
