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
	if err := callable(b, fn); err != nil {
		return nil, err
	}
	if g.at != nil {
		return g.join(fn, args, kwargs, readOnly)
	}
	freeze(thread, fn, args, kwargs)
	return g.block(g.nameOf(fn), readOnly, func(at *attempt) (starlark.Value, error) {
		return at.call(fn, args, kwargs)
	})
}

// callable returns an error that explains what b wants if fn is no function.
func callable(b *starlark.Builtin, fn starlark.Value) error {
	if _, ok := fn.(starlark.Callable); ok {
		return nil
	}
	return fmt.Errorf("%s: got %s, want a function: %s(fn, args...), not %s(fn(args...))", b.Name(), fn.Type(), b.Name(), b.Name())
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
	if g.at == nil {
		return nil, errors.New("retry: no atomic block to run again: call retry inside atomic(fn, ...)")
	}
	return nil, g.at.giveUp()
}

// giveUp is retry. It returns only to say why it cannot be done.
func (at *attempt) giveUp() error {
	switch {
	case at.readOnly:
		return errors.New("retry: a view does not wait: use atomic(fn, ...)")
	case !at.read:
		return errors.New("retry: this block has read nothing shared, so nothing could end the wait")
	}
	at.retry()
	panic("starstm: internal error: retry returned")
}
