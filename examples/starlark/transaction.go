package starstm

import (
	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/stm"
)

// transaction runs the block in mode STM.
//
// The engine ends an attempt that has lost, or that waits, by a panic. It
// passes through the frames of the Starlark interpreter, which keeps its stack
// in order by deferred calls, and through stop.
func (r *run) transaction() (v starlark.Value, err error) {
	for {
		v, again, err := r.committed()
		if !again {
			return v, err
		}
		r.careful, r.misfit = true, true
	}
}

// committed runs the block until it commits or fails, or a deferred add cannot
// be done: see misfit.
func (r *run) committed() (v starlark.Value, again bool, err error) {
	defer func() {
		// The flag tells our own panic from all others, which pass untouched.
		if r.g.misfits {
			r.g.misfits = false
			again = recover() != nil
		}
	}()
	if r.readOnly {
		v, err = stm.View(r.g.ctx, r.once)
	} else {
		v, err = stm.Do(r.g.ctx, r.once, stm.Name(r.name))
	}
	return v, false, err
}

// once is one attempt as a transaction.
func (r *run) once(tx *stm.Tx) (starlark.Value, error) {
	at := r.start(tx)
	defer r.stop(at)
	return r.attempt(at)
}

// retry leaves the attempt. It does not return.
func (at *attempt) retry() {
	at.run.waited = true
	if at.tx == nil {
		panic(waitForChange)
	}
	at.tx.Retry()
}
