package starstm

import (
	"sync/atomic"

	"go.starlark.net/starlark"
)

// moduleKey is no identifier, so no script can name it.
const moduleKey = "\x00starstm"

// A module marks the files that Exec runs. It sits among their predeclared
// names, where every function of the file leads to it.
type module struct {
	starlark.NoneType
	ready atomic.Bool // executed to the end, globals frozen
}

// moduleOf returns the mark of the file that f comes from, or nil.
func moduleOf(f *starlark.Function) *module {
	m, _ := f.Module().Predeclared()[moduleKey].(*module)
	return m
}

// freeze freezes all that an atomic block can reach besides its locals. A
// block that is run again must find everything as it was, and freezing turns
// what could not be undone into an error of the script.
//
// Function.Freeze stops short of the globals of its module. They are frozen
// once the file has been executed to its end, but a block that runs before
// that would leave its mark on them. So the modules of the function, of its
// arguments and of every frame on the stack are frozen too, unless they are
// known to be.
func freeze(thread *starlark.Thread, fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) {
	freezeModule(fn)
	fn.Freeze()
	for _, v := range args {
		freezeModule(v)
		v.Freeze()
	}
	for _, kv := range kwargs {
		freezeModule(kv[1])
		kv[1].Freeze()
	}
	for i := range thread.CallStackDepth() {
		freezeModule(thread.DebugFrame(i).Callable())
	}
}

// freezeModule freezes the globals of v's module if v is a function.
func freezeModule(v starlark.Value) {
	f, ok := v.(*starlark.Function)
	if !ok {
		return
	}
	if m := moduleOf(f); m == nil || !m.ready.Load() {
		f.Globals().Freeze()
	}
}
