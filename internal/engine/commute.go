package engine

import "math"

// An op says what a write entry does to its cell.
type op uint8

const (
	opNew   op = iota // not decided yet
	opSet             // store val
	opApply           // apply fn to whatever the cell holds at commit
	opAdd             // add val.W to the number that the cell holds at commit
)

// A Transform computes a new value from the current one, and from nothing else.
type Transform func(Value) Value

// A Number says how the bits of a scalar are added.
type Number struct {
	Size uint8 // bytes
	Real bool  // floating point
}

// plus adds two numbers given by their bits.
func (n Number) plus(a, b uint64) uint64 {
	switch {
	case !n.Real:
		return (a + b) & (math.MaxUint64 >> (64 - 8*uint(n.Size)))
	case n.Size == 4:
		return uint64(math.Float32bits(math.Float32frombits(uint32(a)) + math.Float32frombits(uint32(b))))
	default:
		return math.Float64bits(math.Float64frombits(a) + math.Float64frombits(b))
	}
}

func (n Number) add(delta uint64) Transform {
	return func(v Value) Value { return scalar(n.plus(v.W, delta)) }
}

func scalar(bits uint64) Value { return Value{W: bits, Kind: Scalar} }

// Commute applies fn to c at commit, to the value that c then holds. Nothing
// is read, so commutes of one cell never conflict with one another.
func Commute(tx *Tx, c *Cell, fn Transform) {
	e := tx.entry(c)
	tx.deferred = true
	switch e.op {
	case opNew:
		e.op, e.fn = opApply, fn
	case opSet:
		e.val = fn(e.val)
	case opAdd:
		e.op, e.fn = opApply, chain(e.number.add(e.val.W), fn)
	default:
		e.fn = chain(e.fn, fn)
	}
}

// Add is Commute for numbers. It does not allocate, and no user code runs.
func Add(tx *Tx, c *Cell, n Number, delta uint64) {
	e := tx.entry(c)
	switch e.op {
	case opNew:
		e.op, e.number, e.val = opAdd, n, scalar(delta)
	case opSet, opAdd:
		e.val = scalar(n.plus(e.val.W, delta))
	default:
		e.fn = chain(e.fn, n.add(delta))
	}
}

func chain(first, then Transform) Transform {
	return func(v Value) Value { return then(first(v)) }
}

// settle turns a deferred entry into a plain one because its value is needed
// now: the transaction then depends on the cell as if it had read it.
func (tx *Tx) settle(e *write) {
	v, l := tx.consistent(e.c)
	tx.reads = append(tx.reads, read{e.c, l &^ waitBit})
	tx.save(e)
	if e.op == opAdd {
		e.val = scalar(e.number.plus(v.W, e.val.W))
	} else {
		e.val = e.fn(v)
	}
	e.op, e.fn = opSet, nil
}

// apply computes opApply entries from the present values of their cells, while
// no lock is held: no user code runs under a lock. lockAll then insists that
// the cell still carries the word seen here.
func (tx *Tx) apply() {
	for i := range tx.writes {
		e := &tx.writes[i]
		if e.op == opApply {
			v, l := e.c.sample()
			e.old = l &^ waitBit
			e.val = e.fn(v)
		}
	}
}
