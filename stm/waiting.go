package stm

import (
	"fmt"
	"strings"
	"time"

	"github.com/weft-stm/weft/internal/engine"
)

// A Waiter is a transaction that sleeps after Retry, or an Await.
type Waiter struct {
	Name  string    // of the transaction, or ""
	Vars  []string  // labels of the variables that can wake it, at most 16
	Since time.Time // when it fell asleep
}

// String tells who waits for what, and for how long.
func (w Waiter) String() string {
	name := "a transaction"
	if w.Name != "" {
		name = fmt.Sprintf("%q", w.Name)
	}
	return fmt.Sprintf("%s waits for %s since %s", name, strings.Join(w.Vars, ", "), w.Since.Format(time.TimeOnly))
}

// Waiting lists who sleeps in this process until a variable changes, in no
// order: for a look at what hangs. A wait costs some fifty nanoseconds for it;
// Waiting itself takes a lock for each waiter.
//
// A goroutine that sleeps on variables which nobody else can reach sleeps for
// ever. It is in this list, and in the runtime's goroutine leak profile.
func Waiting() []Waiter {
	var all []Waiter
	for _, s := range engine.Sleepers() {
		all = append(all, Waiter{s.Name, s.Vars, time.Unix(0, s.Since)})
	}
	return all
}
