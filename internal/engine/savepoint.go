package engine

// saves are the open savepoints of Nested and OrElse.
//
// A savepoint remembers how long the logs were. An entry of the write set
// that is older than the savepoint is copied to undo before its first change.
// Reads are never taken back: they decided what the abandoned part did, so the
// transaction still depends on them and a Retry still waits for them.
type saves struct {
	serial  uint32 // savepoints opened by this attempt
	current uint32 // mark of the innermost open one; 0 when none is
	undo    []undo
}

type undo struct {
	pos int
	was write
}

type savepoint struct {
	outer  uint32
	writes int
	undo   int
	filter uint64
	hooks  hookMarks
}

func (s *saves) reset() {
	clear(s.undo)
	*s = saves{undo: s.undo[:0]}
}

func (tx *Tx) open() savepoint {
	s := &tx.saves
	p := savepoint{s.current, len(tx.writes), len(s.undo), tx.filter, tx.hooks.marks()}
	s.serial++
	s.current = s.serial
	return p
}

// save copies e before a change if the innermost savepoint may need it. Marks
// grow inwards, so an entry with a smaller mark is older than the savepoint.
func (tx *Tx) save(e *write) {
	s := &tx.saves
	if e.mark < s.current {
		s.undo = append(s.undo, undo{tx.position(e), *e})
		e.mark = s.current
	}
}

// keep closes a savepoint whose part succeeded. Its undo entries stay for the
// savepoints around it.
func (tx *Tx) keep(p savepoint) {
	tx.saves.current = p.outer
}

// rollback takes back what happened since p, and then compensates it by the
// OnRollback hooks registered since, last first.
func (tx *Tx) rollback(p savepoint) {
	s := &tx.saves
	for i := len(s.undo) - 1; i >= p.undo; i-- {
		tx.writes[s.undo[i].pos] = s.undo[i].was
	}
	clear(s.undo[p.undo:])
	s.undo = s.undo[:p.undo]
	clear(tx.writes[p.writes:])
	tx.writes = tx.writes[:p.writes]
	tx.filter = p.filter
	tx.keep(p)
	if fs := tx.hooks.cut(p.hooks); len(fs) > 0 {
		runRollback(fs)
	}
}

// Nested runs body as a part that can be undone by itself: by an error, or
// when it unwinds. With alternative set, a Retry of body ends here too and is
// reported as retried.
func Nested(tx *Tx, alternative bool, body func() error) (err error, retried bool) {
	tx.check()
	p := tx.open()
	returned := false
	defer func() {
		switch {
		case returned:
		case alternative && tx.signal == retry && recover() != nil:
			tx.revive()
			tx.rollback(p)
			retried = true
		case tx.signal == none:
			tx.rollback(p) // the user's panic, which somebody may recover further out
		}
	}()
	err = body()
	returned = true
	switch {
	case alternative && tx.signal == retry: // body swallowed the panic
		tx.revive()
		tx.rollback(p)
		return nil, true
	case tx.signal != none:
		panic(unwind)
	case err != nil:
		tx.rollback(p)
	default:
		tx.keep(p)
	}
	return err, false
}
