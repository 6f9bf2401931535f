package luastm

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// keyError returns why k cannot be a key of a shared table, or nil.
func keyError(k lua.LValue) error {
	switch k := k.(type) {
	case lua.LString, lua.LBool:
		return nil
	case lua.LNumber:
		if k != k {
			return errors.New("table index is NaN")
		}
		return nil
	case *lua.LNilType:
		return errors.New("table index is nil")
	}
	return fmt.Errorf("cannot use a %s as a key of a shared table: use a number, a string or a boolean", kind(k))
}

// kind is the type of v as scripts see it.
func kind(v lua.LValue) string {
	if tableOf(v) != nil {
		return "table"
	}
	return v.Type().String()
}

// keep prepares v for a shared table. A plain table becomes a shared one, with
// a copy of its contents.
func (s *state) keep(v lua.LValue) (lua.LValue, error) {
	switch v := v.(type) {
	case lua.LString, lua.LNumber, lua.LBool:
		return v, nil
	case *lua.LTable:
		return s.copyIn(v, make(map[*lua.LTable]*Table))
	}
	if t := tableOf(v); t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("cannot share a %s: shared tables hold numbers, strings, booleans and tables of these", kind(v))
}

// copyIn makes a shared table of a plain one. done are those that it has begun
// with, so that the copy has the same shape.
func (s *state) copyIn(from *lua.LTable, done map[*lua.LTable]*Table) (_ *Table, err error) {
	if t := done[from]; t != nil {
		return t, nil
	}
	if len(done) > maxCopied {
		return nil, fmt.Errorf("cannot share more than %d tables at once", maxCopied)
	}
	if from.Metatable != nil && from.Metatable != lua.LNil {
		return nil, errors.New("cannot share a table with a metatable: store its contents")
	}
	t := newTable(s.t)
	done[from] = t
	from.ForEach(func(k, v lua.LValue) {
		if err != nil {
			return
		}
		var x lua.LValue
		if err = keyError(k); err != nil {
			return
		}
		if inner, ok := v.(*lua.LTable); ok {
			x, err = s.copyIn(inner, done)
		} else {
			x, err = s.keep(v)
		}
		if err == nil {
			t.d.Set(s.t, k, x) // nobody else knows it, so it is not lost
		}
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// maxCopied bounds the tables that one assignment copies, and so how deep they
// are nested.
const maxCopied = 10000
