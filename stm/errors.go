package stm

import (
	"fmt"
	"strings"

	"github.com/weft-stm/weft/internal/engine"
)

// ErrNothingRead is returned by a transaction that called Retry although it
// had read no variable: no write could ever wake it. What a transaction wrote
// itself does not count as read.
var ErrNothingRead = engine.ErrNothingRead

// ErrIrrevocableRetry is returned by a transaction that called Retry after it
// had become irrevocable.
var ErrIrrevocableRetry = engine.ErrIrrevocableRetry

// A ContentionError is returned by a transaction that lost all the attempts
// which [MaxAttempts] allowed it. It names the transaction, the variables that
// it lost on by their labels, and the transactions that wrote them as far as
// they have names.
type ContentionError struct {
	Name     string   // of the transaction, or ""
	Attempts int      // made, and lost
	Vars     []string // labels of the variables that it lost on
	Rivals   []string // names of the transactions that won
}

// Error says what was lost, on what, to whom, and what can be done.
func (e *ContentionError) Error() string {
	name := ""
	if e.Name != "" {
		name = fmt.Sprintf(" %q", e.Name)
	}
	return fmt.Sprintf("stm: transaction%s lost all of its %d attempts, on %s, to %s: allow more by MaxAttempts, or make it smaller",
		name, e.Attempts, strings.Join(e.Vars, ", "), strings.Join(e.Rivals, ", "))
}

// outward turns an error of the engine into what users see.
func outward(err error) error {
	if x, ok := err.(*engine.Exhausted); ok {
		return &ContentionError{x.Name, x.Attempts, x.Vars, x.Rivals}
	}
	return err
}
