package workload

import (
	"context"
	"math/rand/v2"
)

var bank = &Workload{
	Name:    "bank",
	Doc:     "transfers among 64 accounts beside auditors that add them up; no account is overdrawn and the sum never changes",
	Expects: []Event{Conflict, Extension, HistoryRead},
	Least:   2,
	Make:    makeBank,
}

// accounts is a part of several workloads: a block of variables with a
// constant sum.
type accounts struct {
	first, n int
	each     int64 // in each at first
}

func newAccounts(l *layout, n int, each int64) accounts {
	return accounts{l.vars("account", n, each), n, each}
}

// transfer moves some money between two accounts.
func (a accounts) transfer(tx Tx, rnd *rand.Rand) error {
	from := rnd.IntN(a.n)
	to := (from + 1 + rnd.IntN(a.n-1)) % a.n
	return a.move(tx, from, to, int64(rnd.IntN(10)))
}

func (a accounts) move(tx Tx, from, to int, amount int64) error {
	f, t := tx.Get(a.first+from), tx.Get(a.first+to)
	if f < 0 || t < 0 {
		return violated("accounts %d and %d hold %d and %d", from, to, f, t)
	}
	if f >= amount {
		tx.Set(a.first+from, f-amount)
		tx.Set(a.first+to, t+amount)
	}
	return nil
}

// audit adds up.
func (a accounts) audit(tx Tx) error { return a.check(tx.Get) }

func (a accounts) check(get func(v int) int64) error {
	sum := int64(0)
	for i := range a.n {
		sum += get(a.first + i)
	}
	if want := int64(a.n) * a.each; sum != want {
		return violated("%d accounts hold %d, not %d", a.n, sum, want)
	}
	return nil
}

func makeBank(int, *rand.Rand) *Instance {
	var l layout
	a := newAccounts(&l, 64, 100)
	audits := l.vars("audits", 1, 0)
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			switch h.Rand.IntN(32) {
			case 0:
				return h.View(ctx, a.audit)
			case 1: // an auditor that writes down that it was there
				return h.Update(ctx, "audit", func(tx Tx) error {
					tx.Set(audits, tx.Get(audits)+1)
					return a.audit(tx)
				})
			}
			return h.Update(ctx, "transfer", func(tx Tx) error { return a.transfer(tx, h.Rand) })
		},
		Check: a.check,
	}
}
