package engine

import "github.com/weft-stm/weft/internal/atomics"

// An annex holds what few cells need. It hangs on its cell alone, so that a
// goroutine waiting for a cell that nobody else can reach is garbage to a leak
// detector too.
//
// mu guards everything but past, which readers of a snapshot follow freely.
type annex struct {
	mu      atomics.Mutex
	dead    bool    // taken off the cell; look again
	newest  *waiter // the list of those who wait: see wait.go
	oldest  *waiter
	tickets uint64                // of waiters
	one     bool                  // wake one at a time
	past    atomics.Pointer[past] // see history.go
	listed  bool                  // in the list of cells with history
	label   string
	equal   any // func(a, b T) bool
}

// lockAnnex returns the locked annex of c, making one if there is none.
func (c *Cell) lockAnnex() *annex {
	for {
		a := c.x.Load()
		if a == nil {
			a = new(annex)
			// The annex is empty: whoever loads it needs nothing from it yet.
			if !c.x.CompareAndSwap(nil, a) {
				continue
			}
		}
		a.mu.Lock()
		if !a.dead {
			return a
		}
		a.mu.Unlock()
	}
}

// unlockAnnex releases a, and drops it from c if it has become useless.
func (c *Cell) unlockAnnex(a *annex) {
	if !a.dead && a.newest == nil && !a.one && a.past.Load() == nil && !a.listed && a.label == "" && a.equal == nil {
		a.dead = true
		// A reader of a snapshot that still holds a finds no history there,
		// and needs none: trim keeps what a snapshot may need.
		c.x.Store(nil)
	}
	a.mu.Unlock()
}

// SetLabel names c in reports. The cell is not shared yet.
func SetLabel(c *Cell, label string) {
	a := c.lockAnnex()
	a.label = label
	c.unlockAnnex(a)
}

// Label returns the name of c, or "".
func Label(c *Cell) (label string) {
	if a := c.x.Load(); a != nil {
		label = a.label // set before c was shared
	}
	return label
}

// SetWakeOne makes c wake one waiter at a time. The cell is not shared yet.
func SetWakeOne(c *Cell) {
	a := c.lockAnnex()
	a.one = true
	c.unlockAnnex(a)
}

// SetEqual makes writers of c compare first. The cell is not shared yet.
func SetEqual(c *Cell, equal any) {
	a := c.lockAnnex()
	a.equal = equal
	c.word.Store(c.word.Load() | equalBit)
	c.unlockAnnex(a)
}

// Equal returns what SetEqual was given.
func Equal(c *Cell) any { return c.x.Load().equal }
