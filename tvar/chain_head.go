package tvar

import (
	"errors"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A head leads to the link of the first item in a chain for one who takes items
// from it, or to none if it does not want any more.
type head[T any] struct {
	Var[*link[T]]
}

func (h *head[T]) begin(p *link[T]) { engine.Init(&h.cell, encode(p, engine.Pointer)) }

// first returns the first item, or says why there is none. The transaction
// depends on the answer.
func (h *head[T]) first(tx *stm.Tx) (*item[T], error) {
	p := h.Get(tx)
	if p == nil {
		return nil, ErrClosed
	}
	it, s := p.look(tx)
	if s == nothing {
		it, s = p.read(tx)
	}
	return it, whyNot(s)
}

// firstNow returns the first item and the word of the head, or says why there
// is none. Both are of one instant: the head was the same before and after.
func (h *head[T]) firstNow() (it *item[T], seen uint64, err error) {
	v, seen := engine.Sample(&h.cell)
	p := decode[*link[T]](v)
	if p == nil {
		return nil, seen, ErrClosed
	}
	it, s := p.now()
	if _, again := engine.Sample(&h.cell); again != seen {
		return nil, 0, errAgain
	}
	return it, seen, whyNot(s)
}

// take removes the first item by steps on the head.
func (h *head[T]) take() (x T, err error) {
	for range modifyAttempts {
		it, seen, err := h.firstNow()
		switch {
		case err == errAgain:
		case err != nil:
			return x, err
		case engine.Install(&h.cell, seen, encode(it.next, engine.Pointer)):
			return it.x, nil
		}
	}
	return x, errAgain
}

// errAgain says that others have always come in between. Users never see it.
var errAgain = errors.New("tvar: internal error: a step was given up")
