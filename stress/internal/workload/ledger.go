package workload

// A ledger tells what became of transactions that end in unusual ways. Each
// hand has a variable that only its own transactions write: every one of them
// finds there exactly the number of those that reported success.
type ledger struct {
	first int
	made  []int64 // by hand
}

func newLedger(l *layout, hands int) ledger {
	return ledger{l.vars("made", hands, 0), make([]int64, hands)}
}

// enter is part of every transaction of a hand.
func (l ledger) enter(tx Tx, hand int) error {
	n := tx.Get(l.first + hand)
	if n != l.made[hand] {
		return violated("hand %d: %d transactions took effect, and %d were reported to have", hand, n, l.made[hand])
	}
	tx.Set(l.first+hand, n+1)
	return nil
}

// report notes what the call said.
func (l ledger) report(hand int, err error) {
	if err == nil {
		l.made[hand]++
	}
}

func (l ledger) check(get func(v int) int64) error {
	for hand, want := range l.made {
		if got := get(l.first + hand); got != want {
			return violated("hand %d: %d transactions took effect, and %d were reported to have", hand, got, want)
		}
	}
	return nil
}
