package workload

import (
	"context"
	"math/rand/v2"

	"github.com/weft-stm/weft/stress/internal/memory"
)

var irrevocable = &Workload{
	Name:    "irrevocable",
	Doc:     "sections that write to a plain log outside of all variables, irrevocable from the begin or half-way, beside transfers, waits, views, commutative adds and single steps; one hand at a time writes, and the log has what committed, each once and in order",
	Needs:   memory.Irrevocable,
	Expects: []Event{Conflict, Park, Irrevocable},
	Least:   2,
	Make:    makeIrrevocable,
}

// An outside is a log that no transaction can undo: plain memory, which only
// irrevocable sections touch. So under -race the detector has its say as well.
type outside struct {
	holder        int   // hand that writes, plus one
	count, digest int64 // of the entries
}

// A journal is what the variables say of the log.
type journal struct{ count, digest int }

// A works is the whole of the workload.
type works struct {
	money  accounts
	door   door
	said   journal
	hits   int // variable
	log    outside
	wrote  []int64 // entries, by hand
	struck []int64 // hits, by hand
}

func makeIrrevocable(hands int, _ *rand.Rand) *Instance {
	var l layout
	w := &works{
		money: newAccounts(&l, 16, 100), door: newDoor(&l),
		said: journal{l.vars("count", 1, 0), l.vars("digest", 1, 0)}, hits: l.vars("hits", 1, 0),
		wrote: make([]int64, hands), struck: make([]int64, hands),
	}
	return &Instance{Initial: l.initial, Labels: l.labels, Step: w.step, Check: w.check}
}

func (w *works) step(ctx context.Context, h *Hand) error {
	switch h.Rand.IntN(16) {
	case 0:
		return tally(w.wrote, h, h.Irrevocably(ctx, "write", func(tx Tx) error { return w.write(tx, h) }))
	case 1:
		return tally(w.wrote, h, h.Update(ctx, "write, promised half-way", func(tx Tx) error { return w.promise(tx, h) }))
	case 2:
		return w.fail(ctx, h)
	case 3:
		return h.View(ctx, w.money.audit)
	case 4:
		return h.Update(ctx, "audit", func(tx Tx) error {
			tx.Get(w.said.count)
			return w.money.audit(tx)
		})
	case 5:
		return tally(w.struck, h, h.Update(ctx, "add", func(tx Tx) error {
			tx.Add(w.hits, 1)
			return nil
		}))
	case 6:
		h.Modify(w.hits, func(x int64) int64 { return x + 1 })
		return tally(w.struck, h, nil)
	case 7:
		pass := w.door.visit(h)
		return h.Update(ctx, "wait", func(tx Tx) error {
			pass(tx)
			return nil
		})
	}
	return h.Update(ctx, "transfer", func(tx Tx) error { return w.money.transfer(tx, h.Rand) })
}

// tally accounts for a transaction of h that returned err.
func tally(done []int64, h *Hand, err error) error {
	if err == nil {
		done[h.ID]++
	}
	return err
}

// promise is write in a transaction that becomes irrevocable on its way.
func (w *works) promise(tx Tx, h *Hand) error {
	if err := w.money.transfer(tx, h.Rand); err != nil {
		return err
	}
	seen := tx.Get(w.said.count)
	tx.Irrevocable()
	if seen != w.log.count {
		return violated("irrevocable: granted to an attempt that saw %d entries, and there are %d", seen, w.log.count)
	}
	return w.write(tx, h)
}

// write adds an entry to the log, and says so in the variables.
func (w *works) write(tx Tx, h *Hand) error {
	if w.log.holder != 0 {
		return violated("irrevocable: hand %d and hand %d at once", h.ID, w.log.holder-1)
	}
	w.log.holder = h.ID + 1
	n, d := tx.Get(w.said.count), tx.Get(w.said.digest)
	if n != w.log.count || d != w.log.digest {
		return violated("irrevocable: the variables say %d entries, digest %x; the log has %d, digest %x", n, d, w.log.count, w.log.digest)
	}
	w.log.count++
	w.log.digest = w.log.digest*31 + int64(h.ID) + 1
	if err := w.money.transfer(tx, h.Rand); err != nil {
		return err
	}
	tx.Set(w.said.count, n+1)
	tx.Set(w.said.digest, w.log.digest)
	w.log.holder = 0
	return nil
}

// fail breaks off after the promise, with nothing done outside: by an error or
// a panic. The next one must find the token free.
func (w *works) fail(ctx context.Context, h *Hand) (err error) {
	own, raise := &mishap{h.ID}, h.Rand.IntN(2) == 0
	defer func() {
		if r := recover(); r != nil && r != any(own) {
			panic(r)
		}
	}()
	err = h.Update(ctx, "fail", func(tx Tx) error {
		tx.Set(w.said.count, -1)
		tx.Irrevocable()
		if err := w.money.transfer(tx, h.Rand); err != nil {
			return err
		}
		if raise {
			panic(own)
		}
		return own
	})
	if err == error(own) {
		return nil
	}
	return err
}

func (w *works) check(get func(v int) int64) error {
	n, d := get(w.said.count), get(w.said.digest)
	if wrote := total64(w.wrote); n != w.log.count || d != w.log.digest || n != wrote {
		return violated("irrevocable: the variables say %d entries, digest %x; the log has %d, digest %x; %d were reported",
			n, d, w.log.count, w.log.digest, wrote)
	}
	if got, want := get(w.hits), total64(w.struck); got != want {
		return violated("irrevocable: %d hits, of %d", got, want)
	}
	return w.money.check(get)
}
