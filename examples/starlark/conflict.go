package starstm

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/weft-stm/weft/sched"
)

// A Conflict sums up the runs of blocks that were undone at one place because
// of one function.
type Conflict struct {
	Mine   sched.Position // where the loser noticed it, or, if only at its end, the call of its block
	Other  string         // the function whose block won, with its position; "" if it has none, or is not known any more
	Object string         // what both used, as far as it is known
	Count  uint64         // runs undone
	Lost   time.Duration  // spent in them
}

// String tells where how much was lost, and to whom.
func (c Conflict) String() string {
	object, other := "something", "somebody"
	if c.Object != "" {
		object = c.Object
	}
	if c.Other != "" {
		other = c.Other
	}
	return fmt.Sprintf("%s lost in %d runs at %s, on %s, to %s", c.Lost, c.Count, c.Mine, object, other)
}

// Conflicts lists where blocks were undone, those first that cost most. Mode
// Mutex has none.
func (rt *Runtime) Conflicts() []Conflict {
	b := &rt.book
	b.mu.Lock()
	all := slices.Clone(b.sites)
	b.mu.Unlock()
	slices.SortStableFunc(all, func(x, y Conflict) int { return cmp.Compare(y.Lost, x.Lost) })
	return all
}

// maxSites bounds a book. Further places are counted as nowhere.
const maxSites = 1000

// A book holds the conflicts of a Runtime. It is opened for lost attempts only.
type book struct {
	mu    sync.Mutex
	index map[Conflict]int // in sites, by what is not counted
	sites []Conflict
}

func (b *book) note(c Conflict) {
	key := Conflict{Mine: c.Mine, Other: c.Other, Object: c.Object}
	b.mu.Lock()
	defer b.mu.Unlock()
	i, ok := b.index[key]
	if !ok {
		if len(b.sites) == maxSites {
			key = Conflict{}
			i, ok = b.index[key]
		}
		if !ok {
			if b.index == nil {
				b.index = make(map[Conflict]int)
			}
			i = len(b.sites)
			b.index[key] = i
			b.sites = append(b.sites, key)
		}
	}
	b.sites[i].Count++
	b.sites[i].Lost += c.Lost
}

// report notes the loss of the attempt last, when at follows it.
func (r *run) report(at, last *attempt, lost time.Duration) {
	c := Conflict{Mine: last.where, Lost: lost}
	if c.Mine == (sched.Position{}) {
		c.Mine = r.g.position()
	}
	_, c.Other = at.tx.Lost()
	for _, v := range last.views {
		if what := v.lost(at); what != "" {
			c.Object = what
			break
		}
	}
	r.g.rt.book.note(c)
}

// position returns where the script is.
func (g *guest) position() sched.Position {
	for i := range g.thread.CallStackDepth() {
		if f := g.thread.CallFrame(i); f.Pos.Line > 0 {
			return sched.Position{File: f.Pos.Filename(), Line: int(f.Pos.Line), Func: f.Name}
		}
	}
	return sched.Position{}
}

// noteUnless is deferred around what may find out that the attempt is lost. The
// engine then leaves it by a panic, and this is the last chance to see where the
// script is.
func (at *attempt) noteUnless(done *bool) {
	if !*done {
		at.where = at.g.position()
	}
}

// nameOf returns the name of blocks that call fn, for those that lose to them.
func (g *guest) nameOf(fn starlark.Value) string {
	f, ok := fn.(*starlark.Function)
	if !ok {
		return ""
	}
	pos := f.Position()
	name := g.names[pos]
	if name == "" {
		name = fmt.Sprintf("%s (%s:%d)", f.Name(), pos.Filename(), pos.Line)
		if g.names == nil {
			g.names = make(map[syntax.Position]string)
		}
		g.names[pos] = name
	}
	return name
}

// about describes an object for reports.
func about(o object, key string) string {
	h := o.base()
	s := h.Type()
	if h.name != "" {
		s += " " + h.name
	}
	return s + key
}
