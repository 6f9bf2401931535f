package engine

// A Grace is the attempts that ran at an instant. Once it is over nobody can
// depend on what he has seen before that instant, as in read-copy-update
// (McKenney and Slingwine, 1998). The zero Grace is over.
type Grace struct {
	running []attempt
}

type attempt struct {
	of     *activity
	serial uint64
}

// NewGrace looks at every descriptor that there is.
func NewGrace() (g Grace) {
	for e := activities.head.Load(); e != nil; e = e.next {
		if s := e.slot.serial.Load(); s&1 != 0 {
			g.running = append(g.running, attempt{&e.slot, s})
		}
	}
	return g
}

// Over reports whether all of them have ended. It does not wait.
func (g *Grace) Over() bool {
	for n := len(g.running); n > 0; n-- {
		if a := g.running[n-1]; a.of.serial.Load() == a.serial {
			return false
		}
		g.running = g.running[:n-1]
	}
	return true
}
