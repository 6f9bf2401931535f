package history

import "fmt"

// A Token is the value a harness stores in a variable: it names one write of one
// attempt, so that a read says exactly whose version it saw.
//
//	 63    52 51                 18 17         0
//	┌────────┬─────────────────────┬────────────┐
//	│worker+1│ attempt of worker   │ operation  │
//	└────────┴─────────────────────┴────────────┘
//
// A worker field of zero marks the tokens that no attempt wrote: the initial one
// of variable v is v+1, and zero is [None]. The position is the lookup key: no
// map from tokens to writes is needed.
type Token uint64

// None is no version: the predecessor of a blind write.
const None Token = 0

const (
	indexBits   = 18
	attemptBits = 34
	workerBits  = 64 - attemptBits - indexBits

	maxIndex   = 1<<indexBits - 1
	maxAttempt = 1<<attemptBits - 1
	maxWorkers = 1<<workerBits - 1
)

func initialToken(v int) Token { return Token(v) + 1 }

func makeToken(worker int, attempt uint64, index int) Token {
	return Token(worker+1)<<(attemptBits+indexBits) | Token(attempt)<<indexBits | Token(index)
}

// worker is -1 for a token that no attempt wrote.
func (t Token) worker() int     { return int(t>>(attemptBits+indexBits)) - 1 }
func (t Token) attempt() uint64 { return uint64(t>>indexBits) & maxAttempt }
func (t Token) index() int      { return int(t & maxIndex) }

// String returns worker, attempt and operation, as in "w3#812.4".
func (t Token) String() string {
	switch {
	case t == None:
		return "none"
	case t.worker() < 0:
		return fmt.Sprintf("initial(%d)", uint64(t)-1)
	}
	return fmt.Sprintf("w%d#%d.%d", t.worker(), t.attempt(), t.index())
}
