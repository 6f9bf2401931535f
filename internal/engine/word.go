package engine

// A lock word, from the top bit down:
//
//	63      lock     a committer holds the cell
//	62..5   version  the clock value of the commit that wrote the value
//	4..2    kind     how the value is stored (Kind)
//	1       equal    writes compare first (set once, when the cell is made)
//	0       wait     somebody sleeps until the next write
//
// With the lock on top, one comparison against a reader's limit tells both
// "locked" and "newer than my snapshot". At 10⁹ commits a second the version
// lasts nine years.
const (
	waitBit      = 1 << 0
	equalBit     = 1 << 1
	kindShift    = 2
	kindMask     = 7 << kindShift
	versionShift = 5
	lockBit      = 1 << 63
)

// A Kind says which fields of a cell carry its value.
type Kind uint8

const (
	Zero    Kind = iota // never written: the zero value of its type
	Scalar              // up to 8 bytes without pointers, in w
	Pointer             // one pointer-shaped word, in p
	String              // data in p, length in w
	Box                 // an immutable heap copy, in p
	Pair                // a word without pointers in w, and a pointer in p
)

func kindOf(word uint64) Kind      { return Kind(word & kindMask >> kindShift) }
func versionOf(word uint64) uint64 { return word &^ lockBit >> versionShift }

// limitAt is the smallest word that is too new for a snapshot at version rv.
func limitAt(rv uint64) uint64 { return (rv + 1) << versionShift }
