package code

import (
	"fmt"
	"strings"
)

// String lists the instructions of f, for people.
func (f *Func) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d parameters, %d registers\n", f.Name, f.Params, f.Regs)
	for i, in := range f.Code {
		fmt.Fprintf(&b, "%4d line %d: %v %d %d %d", i, f.Lines[i], in.Op, in.A, in.B, in.C)
		switch in.Op {
		case LoadK:
			fmt.Fprintf(&b, " %v", f.Consts[in.D])
		case GetField, SetField, CallMethod:
			fmt.Fprintf(&b, " .%s", f.Sites[in.D])
		default:
			fmt.Fprintf(&b, " %d", in.D)
		}
		b.WriteByte('\n')
	}
	for _, h := range f.Handlers {
		fmt.Fprintf(&b, "from %d to %d: %d\n", h.From, h.To, h.Target)
	}
	return b.String()
}
