package trial

import (
	"context"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// A plain session records nothing and makes no noise: for measuring.
type plain struct {
	m    memory.Memory[int64]
	s    memory.Session[int64]
	call func(tx memory.Tx[int64]) error // made once
	body func(tx workload.Tx) error
	tx   plainTx

	views int64 // calls of View
}

func newPlain(m memory.Memory[int64]) *plain {
	p := &plain{m: m, s: m.Session()}
	p.call = func(tx memory.Tx[int64]) error {
		p.tx.Tx = tx
		return p.body(&p.tx)
	}
	return p
}

func (p *plain) Update(ctx context.Context, _ string, body func(tx workload.Tx) error) error {
	p.body = body
	return p.s.Update(ctx, p.call)
}

func (p *plain) Irrevocably(ctx context.Context, _ string, body func(tx workload.Tx) error) error {
	p.body = body
	return p.s.Irrevocably(ctx, p.call)
}

func (p *plain) View(ctx context.Context, body func(tx workload.Tx) error) error {
	p.body = body
	p.views++
	return p.s.View(ctx, p.call)
}

func (p *plain) Modify(v int, f func(int64) int64) { p.m.Modify(v, f) }

type plainTx struct{ memory.Tx[int64] }

func (tx *plainTx) Add(v int, delta int64) {
	if a, ok := tx.Tx.(interface{ Add(v int, delta int64) }); ok {
		a.Add(v, delta)
		return
	}
	tx.Set(v, tx.Get(v)+delta)
}
