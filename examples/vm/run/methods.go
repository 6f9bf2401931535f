package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/sched"
)

// method calls a method of something that is no instance; m is what its name
// stands for, or nil. Arguments are in registers from args on.
func (v *vm) method(x Value, m *builtin, name string, regs *window, args, n, dst int) outcome {
	switch x.kind() {
	case kindList:
		if m == appendMethod && n == 1 {
			if !x.list().TryAppend(v.t, regs[args]) {
				return lost
			}
			regs[dst] = Nil
			return next
		} else if m == popMethod && n == 0 {
			return v.pop(x.list(), &regs[dst])
		}
	case kindThread:
		return v.threadMethod(x.thread(), name, regs, n, dst)
	case kindLock:
		if n == 0 && (name == "acquire" || name == "release") {
			regs[dst] = Nil // before, since a thread that waits goes on behind it
			if name == "acquire" {
				return v.acquire(x)
			}
			return v.release(x, false)
		}
	}
	if m == nil || m[x.kind()] == nil {
		return v.throwf("%s has no method %s", x.typeName(), name)
	}
	f := m[x.kind()]
	if n != f.params {
		return v.throwf("%s", code.Arity(x.typeName()+"."+name, f.params, n))
	}
	var y Value
	var err error
	s := v.t.Catch(func() { y, err = f.call(v.t, x, regs[args:args+n]) })
	switch {
	case s != sched.Proceed:
		return after(s)
	case err != nil:
		return v.throw(err)
	}
	regs[dst] = y
	return next
}

func (v *vm) pop(l *list, dst *Value) outcome {
	x, found, ok := l.TryPop(v.t)
	switch {
	case !ok:
		return lost
	case !found:
		return v.throwf("pop from an empty list")
	}
	*dst = x
	return next
}

// A builtin is what a name stands for as a method of values that are no
// instances, by their kind.
type builtin [numKinds]*methodFunc

// builtins has the methods by name.
var builtins = func() map[string]*builtin {
	all := map[string]*builtin{"append": {}, "pop": {}}
	for m, f := range methods {
		if all[m.name] == nil {
			all[m.name] = new(builtin)
		}
		all[m.name][m.kind] = &f
	}
	return all
}()

// Methods that have to be fast.
var appendMethod, popMethod = builtins["append"], builtins["pop"]

type method struct {
	kind kind
	name string
}

type methodFunc struct {
	params int
	call   func(t *sched.Thread, self Value, a []Value) (Value, error)
}

// methods are those of values that are no instances. They may leave by a panic if the attempt is lost.
var methods = map[method]methodFunc{
	{kindList, "copy"}:    {0, func(t *sched.Thread, x Value, _ []Value) (Value, error) { return listOf(t, elements(t, x.list())), nil }},
	{kindList, "slice"}:   {2, listSlice},
	{kindList, "sort"}:    {0, listSort},
	{kindList, "extend"}:  {1, listExtend},
	{kindList, "join"}:    {1, listJoin},
	{kindDict, "get"}:     {2, dictGet},
	{kindDict, "delete"}:  {1, dictDelete},
	{kindDict, "keys"}:    {0, dictKeys},
	{kindDict, "update"}:  {1, dictUpdate},
	{kindString, "split"}: {1, textSplit},
	{kindString, "slice"}: {2, textSlice},
	{kindString, "words"}: {0, textWords},
	{kindString, "lower"}: {0, func(_ *sched.Thread, x Value, _ []Value) (Value, error) {
		return String(strings.ToLower(x.text())), nil
	}},
	{kindString, "find"}: {1, textFind},
	{kindCounter, "add"}: {1, counterAdd},
	{kindCounter, "get"}: {0, func(t *sched.Thread, x Value, _ []Value) (Value, error) { return Int(x.counter().Get(t)), nil }},
	{kindQueue, "put"}: {1, func(t *sched.Thread, x Value, a []Value) (Value, error) {
		x.queue().Put(t, a[0])
		return Nil, nil
	}},
	{kindQueue, "take"}: {1, func(t *sched.Thread, x Value, a []Value) (Value, error) {
		if y, found := x.queue().Take(t); found {
			return y, nil
		}
		return a[0], nil
	}},
	{kindLocal, "get"}: {0, func(t *sched.Thread, x Value, _ []Value) (Value, error) { return x.local().Get(t), nil }},
	{kindLocal, "set"}: {1, func(t *sched.Thread, x Value, a []Value) (Value, error) {
		x.local().Set(t, a[0])
		return Nil, nil
	}},
}

func listOf(t *sched.Thread, all []Value) Value {
	l := newList(t)
	for _, x := range all {
		l.Append(t, x)
	}
	return Value{0, &l.header}
}

func elements(t *sched.Thread, l *list) (all []Value) {
	n := l.Len(t)
	for i := range n {
		x, _ := l.Get(t, i)
		all = append(all, x)
	}
	return all
}

// within returns a part of n elements, as a slice has it: from a[0] to a[1].
func within(n int, a []Value) (from, to int, err error) {
	i, ok1 := a[0].Int()
	j, ok2 := a[1].Int()
	if !ok1 || !ok2 || i < 0 || j < i || j > int64(n) {
		return 0, 0, fmt.Errorf("slice out of range: %s to %s, of %d", quoted(a[0]), quoted(a[1]), n)
	}
	return int(i), int(j), nil
}

func listSlice(t *sched.Thread, x Value, a []Value) (Value, error) {
	all := elements(t, x.list())
	i, j, err := within(len(all), a)
	if err != nil {
		return Nil, err
	}
	return listOf(t, all[i:j]), nil
}

// listSort sorts numbers, or strings.
func listSort(t *sched.Thread, x Value, _ []Value) (Value, error) {
	all := elements(t, x.list())
	var err error
	slices.SortStableFunc(all, func(a, b Value) int {
		before, e1 := less(a, b, false)
		after, e2 := less(b, a, false)
		err = errors.Join(err, e1, e2)
		switch {
		case before:
			return -1
		case after:
			return 1
		}
		return 0
	})
	if err != nil {
		return Nil, errors.New("the list has elements that cannot be compared")
	}
	for i, y := range all {
		x.list().Set(t, i, y)
	}
	return Nil, nil
}

func listExtend(t *sched.Thread, x Value, a []Value) (Value, error) {
	if !a[0].is(kindList) {
		return Nil, wrong("a list", a[0])
	}
	for _, y := range elements(t, a[0].list()) {
		x.list().Append(t, y)
	}
	return Nil, nil
}

func listJoin(t *sched.Thread, x Value, a []Value) (Value, error) {
	sep, ok := a[0].Text()
	if !ok {
		return Nil, wrong("a string", a[0])
	}
	var parts []string
	for _, y := range elements(t, x.list()) {
		parts = append(parts, show(t, y))
	}
	return String(strings.Join(parts, sep)), nil
}

func dictGet(t *sched.Thread, x Value, a []Value) (Value, error) {
	k, err := keyOf(a[0])
	if err != nil {
		return a[1], nil
	}
	if y, found := x.dict().Get(t, k); found {
		return y, nil
	}
	return a[1], nil
}

func dictDelete(t *sched.Thread, x Value, a []Value) (Value, error) {
	k, err := keyOf(a[0])
	if err != nil {
		return Bool(false), nil
	}
	return Bool(x.dict().Delete(t, k)), nil
}

func dictKeys(t *sched.Thread, x Value, _ []Value) (Value, error) {
	l := newList(t)
	for _, k := range x.dict().Keys(t) {
		l.Append(t, k.value())
	}
	return Value{0, &l.header}, nil
}

// dictUpdate adds the keys and values of another dictionary, all at once.
func dictUpdate(t *sched.Thread, x Value, a []Value) (Value, error) {
	if !a[0].is(kindDict) {
		return Nil, wrong("a dictionary", a[0])
	}
	for k, y := range a[0].dict().All(t) {
		x.dict().Set(t, k, y)
	}
	return Nil, nil
}

func textSplit(t *sched.Thread, x Value, a []Value) (Value, error) {
	sep, ok := a[0].Text()
	if !ok || sep == "" {
		return Nil, wrong("a string to split at", a[0])
	}
	return texts(t, strings.Split(x.text(), sep)), nil
}

func texts(t *sched.Thread, all []string) Value {
	l := newList(t)
	for _, s := range all {
		l.Append(t, String(s))
	}
	return Value{0, &l.header}
}

func textSlice(_ *sched.Thread, x Value, a []Value) (Value, error) {
	i, j, err := within(len(x.text()), a)
	if err != nil {
		return Nil, err
	}
	return String(x.text()[i:j]), nil
}

// textWords returns the runs of letters, digits and underscores.
func textWords(t *sched.Thread, x Value, _ []Value) (Value, error) {
	return texts(t, strings.FieldsFunc(x.text(), func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})), nil
}

func textFind(_ *sched.Thread, x Value, a []Value) (Value, error) {
	s, ok := a[0].Text()
	if !ok {
		return Nil, wrong("a string", a[0])
	}
	return Int(int64(strings.Index(x.text(), s))), nil
}

func counterAdd(t *sched.Thread, x Value, a []Value) (Value, error) {
	n, ok := a[0].Int()
	if !ok {
		return Nil, wrong("an integer", a[0])
	}
	x.counter().Add(t, n)
	return Nil, nil
}
