package run

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/weft-stm/weft/sched"
)

// maxNesting is how deep lists in lists are shown.
const maxNesting = 8

// show returns v as print shows it.
func show(t *sched.Thread, v Value) string {
	if v.is(kindString) {
		return v.text()
	}
	var b strings.Builder
	write(t, &b, v, 0)
	return b.String()
}

func write(t *sched.Thread, b *strings.Builder, v Value, depth int) {
	if depth > maxNesting {
		b.WriteString("...")
		return
	}
	switch v.kind() {
	case kindNil:
		b.WriteString("nil")
	case kindBool:
		b.WriteString(strconv.FormatBool(v.n != 0))
	case kindInt:
		b.WriteString(strconv.FormatInt(v.int(), 10))
	case kindFloat:
		b.WriteString(showFloat(v.float()))
	case kindString:
		b.WriteString(strconv.Quote(v.text()))
	case kindBig:
		b.WriteString(v.big().String())
	case kindList:
		writeList(t, b, v.list(), depth)
	case kindDict:
		writeDict(t, b, v.dict(), depth)
	case kindFunc:
		fmt.Fprintf(b, "<function %s>", v.closure().fn.Name)
	case kindNative:
		fmt.Fprintf(b, "<function %s>", v.native().name)
	case kindBound:
		fmt.Fprintf(b, "<function %s>", v.bound().fn.fn.Name)
	case kindClass:
		fmt.Fprintf(b, "<class %s>", v.class().name)
	case kindInstance:
		fmt.Fprintf(b, "<%s>", v.instance().class.name)
	case kindError:
		b.WriteString(v.failure().msg)
	case kindCounter:
		fmt.Fprintf(b, "<counter %d>", v.counter().Get(t))
	default:
		fmt.Fprintf(b, "<%s>", v.typeName())
	}
}

func showFloat(x float64) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	if !math.IsInf(x, 0) && !math.IsNaN(x) && !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return strings.ToLower(s)
}

func writeList(t *sched.Thread, b *strings.Builder, l *list, depth int) {
	b.WriteByte('[')
	for i := 0; ; i++ {
		x, found := l.Get(t, i)
		if !found {
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		write(t, b, x, depth+1)
	}
	b.WriteByte(']')
}

func writeDict(t *sched.Thread, b *strings.Builder, d *dict, depth int) {
	b.WriteByte('{')
	first := true
	for k, x := range d.All(t) {
		if !first {
			b.WriteString(", ")
		}
		first = false
		write(t, b, k.value(), depth+1)
		b.WriteString(": ")
		write(t, b, x, depth+1)
	}
	b.WriteByte('}')
}
