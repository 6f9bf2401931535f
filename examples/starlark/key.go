package starstm

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// A key is a key of a shared dict in a form that Go can compare: two keys are
// equal if and only if Starlark calls them equal.
type key struct {
	value starlark.Value
	text  starlark.String // the key itself when it is a string: canon is nil then
	canon any
}

// equal reports whether two keys are the same key.
func (k *key) equal(l *key) bool {
	if k.canon == nil {
		return l.canon == nil && k.text == l.text
	}
	return k.canon == l.canon
}

type (
	bigKey   string // an int beyond 64 bits, in decimal
	floatKey uint64 // the bits of a float that is no int
	tupleKey string // the elements: see appendID
)

// keyOf returns the key for v.
func keyOf(v starlark.Value) (key, error) {
	if s, ok := v.(starlark.String); ok {
		return key{value: v, text: s}, nil
	}
	canon, err := canonical(v)
	return key{value: v, canon: canon}, err
}

func canonical(v starlark.Value) (any, error) {
	switch v := v.(type) {
	case starlark.String, starlark.Bytes, starlark.Bool, starlark.NoneType:
		return v, nil
	case starlark.Int:
		if n, ok := v.Int64(); ok {
			return n, nil
		}
		return bigKey(v.String()), nil
	case starlark.Float:
		return canonicalFloat(float64(v)), nil
	case starlark.Tuple:
		var b strings.Builder
		if err := appendID(&b, v); err != nil {
			return nil, err
		}
		return tupleKey(b.String()), nil
	}
	return nil, fmt.Errorf("unhashable: %s: the keys of a shared.dict are strings, bytes, numbers, booleans, None and tuples of these", v.Type())
}

// canonicalFloat makes 1.0 the same key as 1, and all NaNs one key, as Starlark does.
func canonicalFloat(f float64) any {
	switch {
	case f != f:
		return floatKey(math.Float64bits(math.NaN()))
	case f != math.Trunc(f) || math.IsInf(f, 0):
		return floatKey(math.Float64bits(f))
	}
	n, err := starlark.NumberToInt(starlark.Float(f))
	if err != nil {
		return floatKey(math.Float64bits(f))
	}
	id, _ := canonical(n)
	return id
}

// appendID writes an id of v that no other value has: lengths and type marks
// keep elements apart.
func appendID(b *strings.Builder, v starlark.Value) error {
	if t, ok := v.(starlark.Tuple); ok {
		b.WriteString("t" + strconv.Itoa(len(t)) + ":")
		for _, e := range t {
			if err := appendID(b, e); err != nil {
				return err
			}
		}
		return nil
	}
	id, err := canonical(v)
	if err != nil {
		return err
	}
	s := fmt.Sprint(id)
	fmt.Fprintf(b, "%T%d:%s", id, len(s), s)
	return nil
}

// A table finds entries of type E by key.
type table[E any] struct {
	texts  map[starlark.String]*E
	others map[any]*E
}

func (t *table[E]) get(k key) *E {
	if k.canon == nil {
		return t.texts[k.text]
	}
	return t.others[k.canon]
}

func (t *table[E]) put(k key, e *E) {
	if k.canon == nil {
		if t.texts == nil {
			t.texts = make(map[starlark.String]*E)
		}
		t.texts[k.text] = e
		return
	}
	if t.others == nil {
		t.others = make(map[any]*E)
	}
	t.others[k.canon] = e
}
