package starstm

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/stm"
)

// orElseBuiltin is or_else(fns, *args, **kwargs).
func orElseBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	g, err := running(thread, b.Name())
	if err != nil {
		return nil, err
	}
	fns, err := alternatives(b, args)
	if err != nil {
		return nil, err
	}
	args = args[1:]
	if g.at != nil {
		if g.at.readOnly {
			return nil, errors.New("or_else: a view does not wait, so it has no alternatives: use atomic(fn, ...)")
		}
		return g.at.orElse(fns, args, kwargs)
	}
	for _, fn := range fns {
		freeze(thread, fn, args, kwargs)
	}
	return g.block(g.nameOf(fns[0]), false, func(at *attempt) (starlark.Value, error) {
		return at.orElse(fns, args, kwargs)
	})
}

// alternatives returns the functions that args begin with.
func alternatives(b *starlark.Builtin, args starlark.Tuple) (fns []starlark.Value, err error) {
	if len(args) > 0 {
		if from, ok := args[0].(starlark.Sequence); ok {
			for fn := range starlark.Elements(from) {
				if err := callable(b, fn); err != nil {
					return nil, err
				}
				fns = append(fns, fn)
			}
		}
	}
	if len(fns) == 0 {
		return nil, fmt.Errorf("%s: missing functions: %s([fn, other], args...)", b.Name(), b.Name())
	}
	return fns, nil
}

// orElse calls the first of fns that does not retry, and returns its result.
// What the others did is undone. If all of them retry, the block does.
//
// The engine can undo a part of an attempt, but not what views have gathered
// and remember; so they keep nothing while a part begins or is undone.
func (at *attempt) orElse(fns []starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if at.tx == nil {
		return at.orElseLocked(fns, args, kwargs)
	}
	at.settle()
	var v starlark.Value
	var bodies []func(*stm.Tx) error
	for _, fn := range fns {
		bodies = append(bodies, func(*stm.Tx) (err error) {
			defer at.alternative()()
			if v, err = at.call(fn, args, kwargs); err == nil {
				at.settle()
			}
			return err
		})
	}
	err := at.tx.OrElse(bodies...)
	return v, err
}

// alternative begins a part of the attempt. The function that it returns is
// called at the end of the part, and cleans up if that was a retry.
func (at *attempt) alternative() (end func()) {
	output, fresh := len(at.output), len(at.fresh)
	at.run.waited = false
	return func() {
		if at.run.waited {
			at.forget()
			at.output, at.fresh = at.output[:output], at.fresh[:fresh]
		}
	}
}

// settle hands over what the views have gathered, and leaves them nothing.
func (at *attempt) settle() {
	at.flush()
	at.forget()
}

// forget makes the views drop what they know and have gathered.
func (at *attempt) forget() {
	for _, v := range at.views {
		v.forget()
	}
}

// orElseLocked is orElse in mode Mutex.
func (at *attempt) orElseLocked(fns []starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at.settle()
	for _, fn := range fns {
		v, err := at.alternativeLocked(fn, args, kwargs)
		if !at.run.waited {
			return v, err
		}
	}
	at.retry()
	return nil, nil
}

func (at *attempt) alternativeLocked(fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (v starlark.Value, err error) {
	l := &at.g.rt.lock
	mark := len(l.touched)
	l.stamp++
	at.stamp = l.stamp
	end := at.alternative()
	defer func() {
		if at.run.waited {
			recover() // of waitForChange
			l.undo(mark)
		}
		end()
	}()
	if v, err = at.call(fn, args, kwargs); err == nil {
		at.settle()
	}
	return v, err
}
