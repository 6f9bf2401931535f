package luastm

import "context"

// Get returns shared[key], converted as the results of Run are: at one instant, a
// copy.
func (rt *Runtime) Get(ctx context.Context, key any) (any, error) {
	results, err := rt.Run(ctx, rt.get, key)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// Set makes v, which may be what Run takes as an argument, the value of
// shared[key].
func (rt *Runtime) Set(ctx context.Context, key, v any) error {
	_, err := rt.Run(ctx, rt.set, key, v)
	return err
}

// Counter returns the value of the counter with that name.
func (rt *Runtime) Counter(ctx context.Context, name string) (int64, error) {
	results, err := rt.Run(ctx, rt.count, name)
	if err != nil {
		return 0, err
	}
	return int64(results[0].(float64)), nil
}

// compileOwn compiles the scripts behind these methods.
func (rt *Runtime) compileOwn() {
	for name, s := range map[string]struct {
		script **Script
		source string
	}{
		"get":     {&rt.get, "return shared[...]"},
		"set":     {&rt.set, "local k, v = ... shared[k] = v"},
		"counter": {&rt.count, "return counter(...):get()"},
	} {
		script, err := rt.Compile(name, s.source)
		if err != nil {
			panic("luastm: internal error: " + err.Error())
		}
		*s.script = script
	}
}
