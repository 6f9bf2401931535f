package starstm

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
)

// atomicBuiltin is atomic(fn, *args, **kwargs).
func atomicBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return callBlock(thread, b, args, kwargs, false)
}

// viewBuiltin is view(fn, *args, **kwargs).
func viewBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return callBlock(thread, b, args, kwargs, true)
}

func callBlock(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, readOnly bool) (starlark.Value, error) {
	g, err := running(thread, b.Name())
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: missing function: %s(fn, args...)", b.Name(), b.Name())
	}
	fn, args := args[0], args[1:]
	if _, ok := fn.(starlark.Callable); !ok {
		return nil, fmt.Errorf("%s: got %s, want a function: %s(fn, args...), not %s(fn(args...))", b.Name(), fn.Type(), b.Name(), b.Name())
	}
	if g.at != nil {
		return g.join(fn, args, kwargs, readOnly)
	}
	freeze(thread, fn, args, kwargs)
	return g.block(readOnly, func(at *attempt) (starlark.Value, error) {
		return at.call(fn, args, kwargs)
	})
}

// join runs fn as a part of the block that runs already. Starlark cannot
// catch an error, so a part cannot fail without failing the whole: flat
// nesting is exact.
func (g *guest) join(fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple, readOnly bool) (starlark.Value, error) {
	at := g.at
	outer := at.readOnly
	at.readOnly = outer || readOnly
	defer func() { at.readOnly = outer }()
	return at.call(fn, args, kwargs)
}

// retryBuiltin is retry().
func retryBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	g, err := running(thread, b.Name())
	if err != nil {
		return nil, err
	}
	switch at := g.at; {
	case at == nil:
		return nil, errors.New("retry: no atomic block to run again: call retry inside atomic(fn, ...)")
	case at.readOnly:
		return nil, errors.New("retry: a view does not wait: use atomic(fn, ...)")
	case !at.read:
		return nil, errors.New("retry: this block has read nothing shared, so nothing could end the wait")
	default:
		at.retry()
		panic("starstm: internal error: retry returned")
	}
}
