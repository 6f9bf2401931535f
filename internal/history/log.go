package history

import (
	"fmt"
	"time"
)

// An Outcome says how an attempt ended.
type Outcome uint8

const (
	// Open is an attempt whose end was not recorded. It counts as committed if
	// another attempt saw one of its writes.
	Open Outcome = iota
	// Committed attempts made their writes visible.
	Committed
	// Aborted attempts were undone: restarted, parked by Retry, failed or
	// cancelled.
	Aborted
)

var outcomes = [...]string{Open: "open", Committed: "committed", Aborted: "aborted"}

// String returns the outcome in lower case.
func (o Outcome) String() string { return outcomes[o] }

// An attempt is one run of a transaction's body.
type attempt struct {
	begin, end int64  // nanoseconds since the history's epoch; both conservative
	version    uint64 // commit version, 0 if unknown
	first      uint32 // its first operation; the last is before the next attempt's first
	outcome    Outcome
}

// An op is 16 bytes. The token of a write is not stored: its position says it.
//
//	kind      v          token
//	read      variable   the version read
//	write     variable   the version overwritten, or None
//	rollback  –          index of the first operation undone
type op struct {
	token  Token
	v      uint32
	kind   kind
	undone bool // a write that a later rollback of the same attempt undid
}

type kind uint8

const (
	opRead kind = iota
	opWrite
	opRollback
)

// A Log records the attempts of one worker. Its methods may be called by that
// worker's goroutine only; they panic when called out of order.
type Log struct {
	epoch    time.Time
	worker   int
	vars     int
	base     uint64 // attempts dropped with earlier windows
	attempts blocks[attempt]
	ops      blocks[op]
	last     int64 // stamp of the last event
	open     bool  // an attempt is running

	// Neighbouring logs are written by different processors.
	_ [64]byte
}

func (l *Log) now() int64 { return int64(time.Since(l.epoch)) }

// Start marks the call of a transaction: the first attempt begins no earlier.
// Without it the attempt is taken to begin at the worker's last event, which is
// also sound but loses real-time order.
func (l *Log) Start() {
	if l.open {
		panic("history: Start inside an attempt; end it with Commit or Abort")
	}
	l.last = l.now()
}

// Begin opens an attempt; call it first in the body. An attempt that is still
// open was undone and ends here: nobody tells the body about a restart.
func (l *Log) Begin() {
	now := l.now()
	if l.open {
		l.close(Aborted, 0, now)
	}
	if l.base+uint64(l.attempts.n) > maxAttempt {
		panic("history: too many attempts in one log")
	}
	l.attempts.push(attempt{begin: l.last, first: uint32(l.ops.n)})
	l.open = true
	l.last = now
}

// Read records that the attempt saw token in variable v.
func (l *Log) Read(v int, token Token) {
	l.record(op{token: token, v: uint32(v), kind: opRead})
}

// Write records a write to variable v and returns the token to store. prev is
// the token that the attempt saw there; it counts as a read as well. A blind
// write, of a variable not seen before, passes [None] and must be given its
// commit version by [Log.Commit].
func (l *Log) Write(v int, prev Token) Token {
	i := l.record(op{token: prev, v: uint32(v), kind: opWrite})
	return makeToken(l.worker, l.base+uint64(l.attempts.n-1), i)
}

// Overwrote names, after the fact, the predecessor of a write recorded as blind
// in the same attempt: an update applied at commit learns it only then.
func (l *Log) Overwrote(token, prev Token) {
	a := l.current()
	i := int(a.first) + token.index()
	if token != makeToken(l.worker, l.base+uint64(l.attempts.n-1), token.index()) || i >= l.ops.n || l.ops.at(i).kind != opWrite {
		panic(fmt.Sprintf("history: Overwrote(%v): not a write of this attempt", token))
	}
	l.ops.at(i).token = prev
}

// Mark returns the position in the attempt to which [Log.Rollback] may return.
func (l *Log) Mark() int { return l.ops.n - int(l.current().first) }

// Rollback records that the writes since mark were undone while the attempt went
// on: a failed alternative or nested body. What they read stays read.
func (l *Log) Rollback(mark int) {
	first := int(l.current().first)
	if mark < 0 || first+mark > l.ops.n {
		panic("history: Rollback to a mark of another attempt")
	}
	for i := first + mark; i < l.ops.n; i++ {
		if o := l.ops.at(i); o.kind == opWrite {
			o.undone = true
		}
	}
	l.record(op{token: Token(mark), kind: opRollback})
}

// Commit records that the call returned and its last attempt took effect, with
// its commit version where that is known and zero otherwise. Versions need be
// unique only among the writers of one variable.
func (l *Log) Commit(version uint64) {
	l.last = l.now()
	l.close(Committed, version, l.last)
}

// Abort records that the call returned, or panicked, without effect.
func (l *Log) Abort() {
	l.last = l.now()
	l.close(Aborted, 0, l.last)
}

func (l *Log) close(o Outcome, version uint64, end int64) {
	a := l.current()
	a.outcome, a.version, a.end = o, version, end
	l.open = false
}

func (l *Log) current() *attempt {
	if !l.open {
		panic("history: no attempt is running; call Begin first")
	}
	return l.attempts.at(l.attempts.n - 1)
}

// record returns the operation's index in the attempt. The stamp is taken after
// the operation, while the attempt still runs: a restart begins no earlier.
func (l *Log) record(o op) int {
	a := l.current()
	if int64(o.v) >= int64(l.vars) && o.kind != opRollback {
		panic(fmt.Sprintf("history: no variable %d", o.v))
	}
	i := l.ops.n - int(a.first)
	if i > maxIndex {
		panic("history: too many operations in one attempt")
	}
	l.ops.push(o)
	l.last = l.now()
	return i
}

// span returns the half-open range of the operations of attempt i.
func (l *Log) span(i int) (from, to int) {
	from, to = int(l.attempts.at(i).first), l.ops.n
	if i+1 < l.attempts.n {
		to = int(l.attempts.at(i + 1).first)
	}
	return from, to
}
