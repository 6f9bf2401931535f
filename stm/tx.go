package stm

import (
	"github.com/weft-stm/weft/internal/engine"
)

// A Tx is a running transaction. It is valid inside the body that received it,
// in the goroutine that runs it, until the body returns; any other use panics
// where it is noticed: always in a build with -race or the tag stminvariants,
// and as far as it costs nothing otherwise.
type Tx struct {
	e      engine.Tx
	timers []*timer // nil in most transactions
}

// Engine is for the packages of this module. What it returns has no exported
// methods or fields.
func (tx *Tx) Engine() *engine.Tx {
	if tx == nil {
		panic("stm: nil *Tx: use the one that the body received")
	}
	return &tx.e
}

// Attempt returns the number of times that this transaction's body has been
// started, this time included.
func (tx *Tx) Attempt() int { return engine.Attempt(&tx.e) }

// Retry gives the attempt up and sleeps until a variable that it read has been
// written, by whatever transaction; then the body runs again. It never
// returns. Reads of discarded OrElse alternatives count.
//
// If nothing was read the transaction ends with [ErrNothingRead]; after
// [Tx.Irrevocable], unless an OrElse has another alternative, with
// [ErrIrrevocableRetry]. In a View it panics, since a
// View never waits.
//
// The cost is an entry per read and a channel; a sleeping transaction costs
// writers of the same variables one bit to test. From Harris, Marlow, Peyton
// Jones, Herlihy: Composable Memory Transactions, 2005.
func (tx *Tx) Retry() { engine.Retry(&tx.e) }

// Check is Retry unless ok holds.
func (tx *Tx) Check(ok bool) {
	if !ok {
		engine.Retry(&tx.e)
	}
}

// Irrevocable makes the rest of the attempt safe for effects that cannot be
// undone: when it returns, nothing that happens in other transactions makes
// this one start over. One transaction at a time is irrevocable; until it ends
// no other update commits, while bodies and reads of others go on. The body
// should therefore be short, and must not wait for another transaction's
// commit. An error or a panic of the body itself still discards its writes.
//
// It waits its turn, first come first served; if the context ends meanwhile
// the transaction returns the context's error. It restarts the body if a
// variable read before has changed: effects belong after the call. From Welc,
// Saha, Adl-Tabatabai: Irrevocable Transactions and their Applications, 2008.
//
// [Irrevocables] counts the calls by transaction name and place.
func (tx *Tx) Irrevocable() { engine.Irrevocable(&tx.e, "") }

// IrrevocableFor is [Tx.Irrevocable] with a reason, such as the native function
// that an interpreter is about to call. It stands for the name of the
// transaction in [Irrevocables] and in the reports of a [Watchdog].
func (tx *Tx) IrrevocableFor(what string) { engine.Irrevocable(&tx.e, what) }

// OnCommit runs f after the transaction has committed and released everything,
// in the order of registration, in the goroutine of the caller. f may start
// transactions. A panicking hook does not stop the others; the first panic
// then leaves the call that ran the transaction, which stays committed.
func (tx *Tx) OnCommit(f func()) { engine.OnCommit(&tx.e, f) }

// OnRollback runs f if what surrounds it is undone: the attempt, for whatever
// reason and once for each, or the Nested part or OrElse alternative in which
// it was registered. Hooks run last registered first; a panicking one does not
// stop the others.
func (tx *Tx) OnRollback(f func()) { engine.OnRollback(&tx.e, f) }

// BeforeCommit runs f inside the transaction once the body has returned nil,
// in the order of registration: it can read, write and register hooks, and its
// error rolls the transaction back as the body's would.
func (tx *Tx) BeforeCommit(f func(tx *Tx) error) {
	engine.BeforeCommit(&tx.e, func() error { return f(tx) })
}
