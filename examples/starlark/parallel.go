package starstm

import (
	"context"
	"fmt"
	"runtime"

	"go.starlark.net/starlark"
)

// maxTasks is the number of functions that parallel takes.
const maxTasks = 10000

// A task is a call that a crew is to make.
type task struct {
	fn   starlark.Value
	args starlark.Tuple
}

// parallelBuiltin is parallel(tasks).
func parallelBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	g, err := idle(thread, b.Name())
	if err != nil {
		return nil, err
	}
	var from starlark.Sequence
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "tasks", &from); err != nil {
		return nil, err
	}
	if from.Len() > maxTasks {
		return nil, fmt.Errorf("parallel: %d tasks, and at most %d may run at once: use each(seq, fn) for many", from.Len(), maxTasks)
	}
	var tasks []task
	for v := range starlark.Elements(from) {
		t, err := taskOf(v)
		if err != nil {
			return nil, err
		}
		freeze(thread, t.fn, t.args, nil)
		tasks = append(tasks, t)
	}
	return g.run(b.Name(), len(tasks), tasks, func(ctx context.Context, thread *starlark.Thread, t task) (starlark.Value, error) {
		return starlark.Call(thread, t.fn, t.args, nil)
	})
}

// taskOf returns the task that v describes: a function, or a tuple of a
// function and its arguments.
func taskOf(v starlark.Value) (task, error) {
	t := task{fn: v}
	if pair, ok := v.(starlark.Tuple); ok && len(pair) > 0 {
		t = task{pair[0], pair[1:]}
	}
	if _, ok := t.fn.(starlark.Callable); !ok {
		return task{}, fmt.Errorf("parallel: got %s, want a function or a tuple (fn, args...)", v.Type())
	}
	return t, nil
}

// eachBuiltin is each(seq, fn, *args).
func eachBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	g, err := idle(thread, b.Name())
	if err != nil {
		return nil, err
	}
	if len(args) < 2 || len(kwargs) > 0 {
		return nil, fmt.Errorf("each: missing arguments: each(seq, fn, args...)")
	}
	from, ok := args[0].(starlark.Iterable)
	if !ok {
		return nil, fmt.Errorf("each: got %s, want something to iterate over: each(seq, fn, args...)", args[0].Type())
	}
	fn, rest := args[1], args[2:]
	if err := callable(b, fn); err != nil {
		return nil, err
	}
	freeze(thread, fn, args, nil)
	var tasks []task
	for x := range starlark.Elements(from) {
		x.Freeze()
		tasks = append(tasks, task{fn, append(starlark.Tuple{x}, rest...)})
	}
	return g.run(b.Name(), runtime.GOMAXPROCS(0), tasks, func(_ context.Context, thread *starlark.Thread, t task) (starlark.Value, error) {
		return guestOf(thread).block(guestOf(thread).nameOf(t.fn), false, func(at *attempt) (starlark.Value, error) {
			return at.call(t.fn, t.args, nil)
		})
	})
}

// idle returns the guest of thread for the built-in function name, which does
// not work inside of a block.
func idle(thread *starlark.Thread, name string) (*guest, error) {
	g, err := running(thread, name)
	if err == nil && g.at != nil {
		err = fmt.Errorf("%s: an atomic block runs on one thread: start others outside of it", name)
	}
	return g, err
}
