package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/weft-stm/weft/sched"
)

// outside are the functions with an effect on the world, or by it.
func outside(out io.Writer) []sched.Native[Value] {
	if out == nil {
		out = io.Discard
	}
	var mu sync.Mutex
	return []sched.Native[Value]{
		{Name: "print", Effect: sched.Deferred, Call: func(_ *sched.Thread, a []Value) (Value, error) {
			line := make([]string, len(a))
			for i, x := range a {
				line[i] = x.text()
			}
			mu.Lock()
			defer mu.Unlock()
			_, err := fmt.Fprintln(out, strings.Join(line, " "))
			return Nil, err
		}},
		pure("time.now", 0, func(t *sched.Thread, _ []Value) (Value, error) { return Float(float64(t.Now()) / 1e9), nil }),
		fixed("time.sleep", sched.Outside, 1, func(t *sched.Thread, a []Value) (Value, error) {
			x, ok := a[0].Float()
			if !ok || !(x >= 0 && x < 1e6) {
				return Nil, wrong("a number of seconds", a[0])
			}
			select {
			case <-time.After(time.Duration(x * float64(time.Second))):
			case <-t.Context().Done():
			}
			return Nil, nil
		}),
		fixed("io.read", sched.Outside, 1, func(_ *sched.Thread, a []Value) (Value, error) {
			name, ok := a[0].Text()
			if !ok {
				return Nil, wrong("the name of a file", a[0])
			}
			data, err := os.ReadFile(name)
			return String(string(data)), err
		}),
		{Name: "io.append", Effect: sched.Deferred, Call: appendTo},
		{Name: "io.create", Effect: sched.Compensated, Call: create, Undo: func(_ *sched.Thread, a []Value, _ Value) {
			_ = os.Remove(a[0].text())
		}},
	}
}

// appendTo adds a line to a file, once what calls it is committed.
func appendTo(_ *sched.Thread, a []Value) (Value, error) {
	if len(a) != 2 {
		return Nil, errors.New("a file and a line are needed")
	}
	f, err := os.OpenFile(a[0].text(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return Nil, err
	}
	_, err = fmt.Fprintln(f, a[1].text())
	return Nil, errors.Join(err, f.Close())
}

// create makes a new file. It is removed if what calls it is undone.
func create(_ *sched.Thread, a []Value) (Value, error) {
	if len(a) != 1 || !a[0].is(kindString) {
		return Nil, errors.New("the name of a file is needed")
	}
	f, err := os.OpenFile(a[0].text(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return Nil, err
	}
	return Nil, f.Close()
}
