package luastm

import (
	"errors"
	"fmt"
	"reflect"

	lua "github.com/yuin/gopher-lua"
)

// maxNested is how deep tables may be nested that pass between Go and Lua.
const maxNested = 100

var errNested = errors.New("tables nested too deeply, or in a circle")

// toLua converts a value of Go.
func toLua(l *lua.LState, v any, depth int) (lua.LValue, error) {
	switch v := v.(type) {
	case nil:
		return lua.LNil, nil
	case lua.LString, lua.LNumber, lua.LBool:
		return v.(lua.LValue), nil
	}
	if depth == maxNested {
		return nil, errNested
	}
	switch x := reflect.ValueOf(v); {
	case x.CanInt():
		return lua.LNumber(x.Int()), nil
	case x.CanUint():
		return lua.LNumber(x.Uint()), nil
	case x.CanFloat():
		return lua.LNumber(x.Float()), nil
	case x.Kind() == reflect.Bool:
		return lua.LBool(x.Bool()), nil
	case x.Kind() == reflect.String:
		return lua.LString(x.String()), nil
	case x.Kind() == reflect.Slice, x.Kind() == reflect.Map:
		return tableToLua(l, x, depth)
	}
	return nil, fmt.Errorf("luastm: cannot pass a %T to a script: use numbers, strings, booleans, slices and maps", v)
}

// tableToLua converts a slice or a map.
func tableToLua(l *lua.LState, x reflect.Value, depth int) (lua.LValue, error) {
	t := l.NewTable()
	for k, v := range x.Seq2() {
		key, err := toLua(l, k.Interface(), depth+1)
		if err != nil {
			return nil, err
		}
		if x.Kind() == reflect.Slice {
			key = lua.LNumber(k.Int() + 1)
		}
		value, err := toLua(l, v.Interface(), depth+1)
		if err != nil {
			return nil, err
		}
		if err := keyError(key); err != nil {
			return nil, err
		}
		t.RawSet(key, value)
	}
	return t, nil
}

// fromLua converts a value of Lua. It may find out that the attempt is lost, and
// then leaves that to finish.
func (s *state) fromLua(v lua.LValue, depth int) (any, error) {
	if depth == maxNested {
		return nil, errNested
	}
	switch v := v.(type) {
	case *lua.LNilType:
		return nil, nil
	case lua.LBool:
		return bool(v), nil
	case lua.LNumber:
		return float64(v), nil
	case lua.LString:
		return string(v), nil
	case *lua.LTable:
		return s.tableFromLua(v.ForEach, depth)
	case *Table:
		return s.sharedFromLua(v, depth)
	}
	if t := tableOf(v); t != nil {
		return s.sharedFromLua(t, depth)
	}
	return nil, fmt.Errorf("a script cannot return a %s: use numbers, strings, booleans and tables", kind(v))
}

func (s *state) sharedFromLua(t *Table, depth int) (any, error) {
	keys, ok := t.d.TryKeys(s.t)
	return s.tableFromLua(func(yield func(k, v lua.LValue)) {
		for _, k := range keys {
			var v lua.LValue
			if ok {
				v, _, ok = t.d.TryGet(s.t, k)
			}
			if ok {
				yield(k, v)
			}
		}
		if !ok && !s.over {
			s.stop(s.t.Rollback())
		}
	}, depth)
}

// tableFromLua converts what each yields.
func (s *state) tableFromLua(each func(func(k, v lua.LValue)), depth int) (_ any, err error) {
	all := make(map[any]any)
	each(func(k, v lua.LValue) {
		if err != nil || s.over {
			return
		}
		var key, value any
		if key, err = s.fromLua(k, depth+1); err != nil {
			return
		}
		if err = keyError(k); err != nil {
			return
		}
		value, err = s.fromLua(v, depth+1)
		all[key] = value
	})
	if err != nil {
		return nil, err
	}
	if list, ok := sequence(all); ok {
		return list, nil
	}
	return all, nil
}

// sequence makes a slice of a table whose keys are 1 to n, n > 0.
func sequence(all map[any]any) (list []any, ok bool) {
	for i := range len(all) {
		x, ok := all[float64(i+1)]
		if !ok {
			return nil, false
		}
		list = append(list, x)
	}
	return list, len(list) > 0
}
