package starstm

import (
	"fmt"
	"os"
	"sync/atomic"

	"github.com/weft-stm/weft/stm"
	"go.starlark.net/starlark"
)

// An attempt is one execution of an atomic block.
type attempt struct {
	g        *guest
	run      *run
	tx       *stm.Tx // mode STM
	stamp    uint64  // mode Mutex: see plainVar
	readOnly bool
	bare     bool        // one operation on an object: its result leaves at once
	read     bool        // something shared, so retry can wait
	live     atomic.Bool // views that a script kept are asked by other threads too
	views    []view      // in the order of first use
	byObject map[object]view
	output   []string
	fresh    []*varEntry // see varDict
}

// manyViews is where looking for a view in order stops.
const manyViews = 8

// call calls fn with the shared objects among its arguments as views.
func (at *attempt) call(fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	wrapped, err := at.wrap(args)
	if err != nil {
		return nil, err
	}
	var named []starlark.Tuple
	for _, kv := range kwargs {
		v, err := at.wrap(kv[1])
		if err != nil {
			return nil, err
		}
		named = append(named, starlark.Tuple{kv[0], v})
	}
	return starlark.Call(at.g.thread, fn, wrapped.(starlark.Tuple), named)
}

// open returns the attempt's view of o.
func (at *attempt) open(o object) (view, error) {
	if len(at.views) <= manyViews {
		for _, v := range at.views {
			if v.object() == o {
				return v, nil
			}
		}
	} else if v := at.byObject[o]; v != nil {
		return v, nil
	}
	if o.base().rt != at.g.rt {
		return nil, fmt.Errorf("%s belongs to another Runtime: an atomic block works on one heap", o.Type())
	}
	v := o.open(at)
	at.views = append(at.views, v)
	if len(at.views) > manyViews {
		if at.byObject == nil {
			at.byObject = make(map[object]view)
			for _, v := range at.views {
				at.byObject[v.object()] = v
			}
		}
		at.byObject[o] = v
	}
	return v, nil
}

// wrap replaces a shared object by its view, in tuples too. Lists and dicts
// keep the objects as they are: to copy them would break their identity.
func (at *attempt) wrap(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case nil, starlark.Int, starlark.String:
		return v, nil
	case starlark.Tuple:
		return mapTuple(v, at.wrap)
	case view: // before object: a view has the methods of its object
		if v.attempt() != at {
			return nil, escaped(v)
		}
	case object:
		if !at.bare {
			return at.open(v)
		}
	}
	return v, nil
}

// unwrap is the inverse of wrap, for what leaves the attempt.
func (at *attempt) unwrap(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case nil, starlark.Int, starlark.String:
		return v, nil
	case starlark.Tuple:
		return mapTuple(v, at.unwrap)
	case view:
		if v.attempt() != at {
			return nil, escaped(v)
		}
		return v.object(), nil
	}
	return v, nil
}

// keep prepares v for a shared object: views become objects, the rest is frozen.
func (at *attempt) keep(v starlark.Value) (starlark.Value, error) {
	switch v.(type) {
	case starlark.Int, starlark.String:
		return v, nil
	}
	v, err := at.unwrap(v)
	if err != nil {
		return nil, err
	}
	freezeModule(v)
	v.Freeze()
	return v, nil
}

// mapTuple applies f to the elements of t. It copies t only if f changes one.
func mapTuple(t starlark.Tuple, f func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	var out starlark.Tuple
	for i, old := range t {
		v, err := f(old)
		if err != nil {
			return nil, err
		}
		if out == nil && changed(old, v) {
			out = append(make(starlark.Tuple, 0, len(t)), t[:i]...)
		}
		if out != nil {
			out = append(out, v)
		}
	}
	if out != nil {
		return out, nil
	}
	return t, nil
}

// changed reports whether wrap or unwrap made v of old. Tuples cannot be
// compared by ==, and one that f looked into is taken as changed.
func changed(old, v starlark.Value) bool {
	switch old.(type) {
	case starlark.Tuple:
		return true
	case object, view:
		return old != v
	}
	return false
}

// flush hands what the views have gathered to the engine.
func (at *attempt) flush() {
	for _, v := range at.views {
		v.flush()
	}
}

// release gives back what the views borrowed from the guest.
func (at *attempt) release() {
	for _, v := range at.views {
		if d, ok := v.(*dictView); ok {
			d.access.release()
		}
	}
}

// mayWrite returns an error in a view.
func (at *attempt) mayWrite(o object) error {
	if at.readOnly {
		return fmt.Errorf("cannot change %s in a view: use atomic(fn, ...)", o.Type())
	}
	return nil
}

// show prints msg as thread's own print would.
func show(thread *starlark.Thread, msg string) {
	if thread.Print != nil {
		thread.Print(thread, msg)
		return
	}
	fmt.Fprintln(os.Stderr, msg)
}
