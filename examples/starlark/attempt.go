package starstm

import (
	"fmt"
	"os"
	"sync/atomic"

	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
)

// An attempt is one execution of an atomic block.
type attempt struct {
	g        *guest
	run      *run
	tx       *stm.Tx // mode STM
	first    uint64  // mode Mutex: of its stamps; see plainVar
	stamp    uint64
	readOnly bool
	bare     bool           // one operation on an object: its result leaves at once
	read     bool           // something shared, so retry can wait
	where    sched.Position // it was lost, if that was noticed in the script
	live     atomic.Bool    // views that a script kept are asked by other threads too
	views    []view         // in the order of first use
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

// flush hands what the views have gathered to the engine.
func (at *attempt) flush() {
	for _, v := range at.views {
		v.flush()
	}
}

// release gives back what the views borrowed from the guest. Until then they
// know what the attempt has used.
func (at *attempt) release() {
	if at == nil {
		return
	}
	for _, v := range at.views {
		v.release()
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
