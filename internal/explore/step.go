package explore

import (
	"math/bits"

	"github.com/weft-stm/weft/internal/explore/access"
)

// maxThreads bounds the threads of a program.
const maxThreads = 8

// A mask is a set of threads.
type mask uint8

func bit(thread int) mask          { return 1 << thread }
func (m mask) has(thread int) bool { return m&bit(thread) != 0 }
func (m mask) first() int          { return bits.TrailingZeros8(uint8(m)) }
func (m mask) size() int           { return bits.OnesCount8(uint8(m)) }

// A mode says how an access depends on others to the same object.
type mode uint8

const (
	reads  mode = iota // commutes with reads
	writes             // commutes with nothing
	begins             // commutes with begins
	ends               // commutes with ends
	numModes
)

// conflicting lists, for each mode, the modes that it does not commute with.
// Transactions overlap or not by the order of one's begin and the other's end.
var conflicting = [numModes][]mode{
	reads:  {writes},
	writes: {reads, writes},
	begins: {ends},
	ends:   {begins},
}

func conflict(a, b mode) bool {
	for _, m := range conflicting[a] {
		if m == b {
			return true
		}
	}
	return false
}

// A touch is the part of an access that concerns one object.
type touch struct {
	object uint32
	mode   mode
}

// An op is an announced access.
type op struct {
	kind    access.Kind
	options uint8  // Choice: the number of decisions
	object  uint32 // 0 when it has none of its own
}

// A remark is what is printed of an access beside its op.
type remark struct {
	label   string // Begin and End
	where   string // source position
	outcome string
}

func modeOf(k access.Kind) mode {
	switch k {
	case access.Load, access.Poll:
		return reads
	case access.Begin:
		return begins
	case access.End:
		return ends
	default:
		return writes
	}
}

// dependent reports whether two footprints do not commute.
func dependent(a, b []touch) bool {
	for _, x := range a {
		for _, y := range b {
			if x.object == y.object && conflict(x.mode, y.mode) {
				return true
			}
		}
	}
	return false
}

// A step is an access that was performed.
type step struct {
	thread  int
	option  int // the decision of a Choice
	op      op
	enabled mask    // who could have moved
	forced  bool    // nobody could have: a pause ended in vain
	inVain  bool    // part of a loop that polls since then
	touches []touch // what it depended on; a failed compare-and-swap only read
	remark  *remark // when noted
}

// writes reports whether the step changed an object.
func (s *step) writes() bool {
	for _, t := range s.touches {
		if t.mode == writes {
			return true
		}
	}
	return false
}
