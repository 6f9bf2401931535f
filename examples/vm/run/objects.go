package run

import (
	"math/big"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// Objects that never change.
type (
	text struct {
		header
		s string
	}
	bigInt struct {
		header
		x *big.Int
	}
	closure struct {
		header
		fn       *function
		captured []Value
	}
	nativeFunc struct {
		header
		number int
		name   string
	}
	class struct {
		header
		number  uint32 // among the classes of the program
		name    string
		fields  int
		members map[string]*member
		init    *closure // or nil
	}
	bound struct {
		header
		self Value
		fn   *closure
	}
	// keys is what a loop over a dictionary or a string goes through.
	keys struct {
		header
		all []Value
	}
)

// A member is what a name means for the instances of one class.
type member struct {
	class  *class
	slot   int // of a field, or -1
	method *closure
}

// A site is a place in the code that uses a name. It remembers what that has meant
// lately, for each of several classes: threads that meet different ones had better
// not write over each other's.
type site [4]heap.Cache[member]

// of is where s remembers what its name means for c.
func (s *site) of(c *class) *heap.Cache[member] { return &s[c.number%uint32(len(s))] }

// A function is what all closures of one have in common.
type function struct {
	*code.Func
	consts   []Value
	sites    []site
	builtins []*builtin // for each site, or nil
	cost     int        // instructions that a call counts for
}

// Objects that threads share and change.
type (
	list struct {
		header
		heap.Array[Value]
	}
	dict struct {
		header
		heap.Dict[key, Value]
	}
	instance struct {
		header
		class *class
		slots heap.Object[Value]
	}
	box struct {
		header
		heap.Cell[Value]
	}
	lock struct {
		header
		sched.Mutex
	}
	counter struct {
		header
		heap.Counter
	}
	queue struct {
		header
		heap.Queue[Value]
	}
	threadLocal struct {
		header
		*heap.Local[Value]
	}
)

func newList(t *sched.Thread) *list {
	l := &list{header: header{kindList}}
	l.Init(t, 0)
	return l
}

func newDict(t *sched.Thread) *dict {
	d := &dict{header: header{kindDict}}
	d.Init(t)
	return d
}

func newInstance(t *sched.Thread, c *class) *instance {
	x := &instance{header: header{kindInstance}, class: c}
	x.slots.Init(t, c.fields)
	return x
}

func newBox(t *sched.Thread, x Value) *box {
	b := &box{header: header{kindBox}}
	b.Init(t, x)
	return b
}
