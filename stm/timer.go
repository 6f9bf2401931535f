package stm

import (
	"slices"
	"time"

	"github.com/weft-stm/weft/internal/engine"
)

// A timer is a variable that is written once its time has come.
type timer struct {
	key   any // the duration, or the time
	used  int // the latest attempt that asked for it
	fired engine.Cell
	t     *time.Timer
}

// After waits until d has passed since this transaction first called After with
// that d: until then it is Retry. As an alternative of OrElse or Select it
// bounds a wait:
//
//	err := tx.OrElse(take, func(tx *stm.Tx) error {
//		tx.After(time.Second)
//		return errTooSlow
//	})
//
// The time counts over all attempts of the transaction, which costs a timer
// until it ends. It follows the clock of a testing/synctest bubble.
func (tx *Tx) After(d time.Duration) {
	tx.expire(d, func() time.Duration { return d })
}

// Until is [Tx.After] for a point in time.
func (tx *Tx) Until(t time.Time) {
	tx.expire(t, func() time.Duration { return time.Until(t) })
}

// After is an alternative for OrElse and Select that becomes possible, and does
// nothing, once d has passed: see [Tx.After].
func After(d time.Duration) func(tx *Tx) error {
	return func(tx *Tx) error {
		tx.After(d)
		return nil
	}
}

// expire waits for the timer of key, which it starts if there is none.
func (tx *Tx) expire(key any, left func() time.Duration) {
	e := &tx.e
	engine.Check(e)
	t := tx.timer(key)
	if t == nil {
		d := left()
		if d <= 0 {
			return
		}
		tx.dropTimers()
		t = &timer{key: key}
		t.t = time.AfterFunc(d, func() { engine.Store(&t.fired, engine.Value{W: 1, Kind: engine.Scalar}) })
		tx.timers = append(tx.timers, t)
	}
	t.used = tx.Attempt()
	if engine.Read(e, &t.fired).W == 0 {
		engine.Retry(e)
	}
}

func (tx *Tx) timer(key any) *timer {
	for _, t := range tx.timers {
		if t.key == key {
			return t
		}
	}
	return nil
}

// dropTimers ends those for points in time that neither this attempt nor the
// last has asked for: a body that waits for a time which others move would
// gather them. That a duration has passed must be remembered.
func (tx *Tx) dropTimers() {
	tx.timers = slices.DeleteFunc(tx.timers, func(t *timer) bool {
		_, until := t.key.(time.Time)
		drop := until && t.used < tx.Attempt()-1
		if drop {
			t.t.Stop()
		}
		return drop
	})
}

// stopTimers ends those of a transaction that has ended.
func (tx *Tx) stopTimers() {
	for _, t := range tx.timers {
		t.t.Stop()
	}
	tx.timers = nil
}
