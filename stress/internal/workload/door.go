package workload

// A door makes some transactions wait: it is open to those that want it even,
// or to those that want it odd. Hand 0 never waits, and moves it.
type door struct{ v int }

func newDoor(l *layout) door { return door{l.vars("door", 1, 0)} }

// visit decides what the next transaction of h does at the door.
func (d door) visit(h *Hand) func(tx Tx) {
	wait, move, parity := h.Rand.IntN(8) == 0, h.Rand.IntN(4) == 0, h.Rand.Int64N(2)
	return func(tx Tx) {
		switch x := tx.Get(d.v); {
		case h.ID == 0 && move:
			tx.Set(d.v, x+1)
		case h.ID != 0 && wait && x%2 != parity:
			tx.Retry()
		}
	}
}
