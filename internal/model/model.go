// Package model is a sequential software-transactional memory: a hundred lines
// that say what transactions mean, against which tests compare the real one.
//
// It has no concurrency, so no conflicts: an attempt ends in a commit, in an
// error, or blocked, when it would sleep until something it read changes. What
// a part did is undone by going back to a copy of everything.
package model

import "maps"

// A Store holds numbered integer variables.
type Store struct {
	vals map[int]int
}

// NewStore returns a Store in which every variable is 0.
func NewStore() *Store { return &Store{map[int]int{}} }

// Load returns the committed value of variable i.
func (s *Store) Load(i int) int { return s.vals[i] }

// Put commits x to variable i.
func (s *Store) Put(i, x int) { s.vals[i] = x }

// An Outcome is how an attempt ended.
type Outcome struct {
	Err     error        // of the body; nothing is committed
	Blocked bool         // by a Retry
	Reads   map[int]bool // the variables whose change wakes a blocked transaction
}

// A Tx is a running transaction.
type Tx struct {
	state
	committed map[int]int
	reads     map[int]bool // never taken back
}

// A state is what can be undone.
type state struct {
	vals         map[int]int // written by the transaction
	deferred     map[int]func(int) int
	commit, undo []func()
	before       []func(tx *Tx) error
}

type retry struct{}

// Run runs body as a transaction, and its hooks.
func (s *Store) Run(body func(tx *Tx) error) Outcome {
	tx := &Tx{state{vals: map[int]int{}, deferred: map[int]func(int) int{}}, s.vals, map[int]bool{}}
	err, blocked := tx.part(func(tx *Tx) error {
		err := body(tx)
		for i := 0; err == nil && i < len(tx.before); i++ {
			err = tx.before[i](tx)
		}
		return err
	})
	if err != nil || blocked {
		return Outcome{err, blocked, tx.reads}
	}
	for i, f := range tx.deferred {
		tx.vals[i] = f(s.vals[i])
	}
	maps.Copy(s.vals, tx.vals)
	for _, f := range tx.commit {
		f()
	}
	return Outcome{Reads: tx.reads}
}

// part runs body and takes back what it did unless it succeeds.
func (tx *Tx) part(body func(tx *Tx) error) (err error, blocked bool) {
	was := tx.copy()
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(retry); !ok {
				panic(p)
			}
			blocked = true
		}
		if err != nil || blocked {
			undo := tx.undo[len(was.undo):]
			tx.state = was
			for i := len(undo) - 1; i >= 0; i-- {
				undo[i]()
			}
		}
	}()
	return body(tx), false
}

func (s *state) copy() state {
	return state{
		maps.Clone(s.vals), maps.Clone(s.deferred),
		s.commit[:len(s.commit):len(s.commit)], s.undo[:len(s.undo):len(s.undo)], s.before[:len(s.before):len(s.before)],
	}
}

// Get reads variable i.
func (tx *Tx) Get(i int) int {
	if f := tx.deferred[i]; f != nil {
		tx.reads[i] = true
		tx.Set(i, f(tx.committed[i]))
	}
	if x, ok := tx.vals[i]; ok {
		return x
	}
	tx.reads[i] = true
	return tx.committed[i]
}

// Peek is Get without a trace, unless it has to settle what is deferred.
func (tx *Tx) Peek(i int) int {
	if x, ok := tx.vals[i]; ok || tx.deferred[i] == nil {
		if !ok {
			x = tx.committed[i]
		}
		return x
	}
	return tx.Get(i)
}

// Set writes variable i.
func (tx *Tx) Set(i, x int) {
	delete(tx.deferred, i)
	tx.vals[i] = x
}

// Commute applies f to variable i at commit.
func (tx *Tx) Commute(i int, f func(int) int) {
	if g := tx.deferred[i]; g != nil {
		tx.deferred[i] = func(n int) int { return f(g(n)) }
	} else if x, written := tx.vals[i]; written {
		tx.vals[i] = f(x)
	} else {
		tx.deferred[i] = f
	}
}

// Retry blocks.
func (tx *Tx) Retry() { panic(retry{}) }

// Nested runs body as a part that an error undoes.
func (tx *Tx) Nested(body func(tx *Tx) error) error {
	err, blocked := tx.part(body)
	if blocked {
		tx.Retry()
	}
	return err
}

// OrElse runs the first alternative that does not block.
func (tx *Tx) OrElse(alternatives ...func(tx *Tx) error) error {
	for _, f := range alternatives {
		if err, blocked := tx.part(f); !blocked {
			return err
		}
	}
	tx.Retry()
	return nil
}

// OnCommit registers f for after the commit.
func (tx *Tx) OnCommit(f func()) { tx.commit = append(tx.commit, f) }

// OnRollback registers f for when what surrounds it is undone.
func (tx *Tx) OnRollback(f func()) { tx.undo = append(tx.undo, f) }

// BeforeCommit registers f for the end of the body.
func (tx *Tx) BeforeCommit(f func(tx *Tx) error) { tx.before = append(tx.before, f) }
