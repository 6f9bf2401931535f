package starstm

import (
	"fmt"

	"go.starlark.net/starlark"
)

// A plainDict is a dict in mode Mutex: an ordinary hash table. The lock of the
// Runtime guards it.
type plainDict struct {
	entries table[plainEntry]
	order   []*plainEntry
}

type plainEntry struct {
	key starlark.Value
	plainVar[starlark.Value]
}

type plainAccess struct {
	*plainDict
	at *attempt
}

func (d *plainDict) access(at *attempt) dictAccess { return plainAccess{d, at} }

func (d plainAccess) get(k key) starlark.Value {
	d.at.read = true
	if e := d.entries.get(k); e != nil {
		return e.v
	}
	return nil
}

func (d plainAccess) entry(k key) *plainEntry {
	e := d.entries.get(k)
	if e == nil {
		e = &plainEntry{key: k.value}
		d.entries.put(k, e)
		d.order = append(d.order, e)
	}
	return e
}

func (d plainAccess) put(k key, v starlark.Value) { d.entry(k).set(d.at, v) }

func (d plainAccess) add(k key, n starlark.Int) error {
	e := d.entry(k)
	sum, err := plus(e.v, n)
	if err != nil {
		return err
	}
	e.set(d.at, sum)
	return nil
}

func (d plainAccess) each(yield func(k, v starlark.Value) bool) {
	d.at.read = true
	for _, e := range d.order {
		if v := e.v; v != nil && !yield(e.key, v) {
			return
		}
	}
}

func (d plainAccess) flush() {}

func (d plainAccess) forget() {}

func (d plainAccess) release() {}

func (d plainAccess) lost(*attempt) string { return "" }

// plus adds n to what a key holds.
func plus(v starlark.Value, n starlark.Int) (starlark.Value, error) {
	switch v := v.(type) {
	case nil:
		return n, nil
	case starlark.Int:
		return v.Add(n), nil
	}
	return nil, fmt.Errorf("it holds a %s, and only an int can be added to", v.Type())
}
