package explore

import "slices"

// reduction is dynamic partial-order reduction (Flanagan and Godefroid, POPL
// 2005) with source sets and sleep sets (Abdulla, Aronis, Jonsson and
// Sagonas, "Source Sets", JACM 2017).
//
// It starts with one branch at each node. When step i and a later step k are
// in a race - they conflict, and nothing between orders them - the two could
// come in the other order: after the prefix before i, by the steps that do
// not happen after i, and then by k. Any thread that can begin that sequence
// will do as another branch of the node before i.
//
// A thread whose branch has been explored sleeps in the branches after it,
// until a step conflicts with what it is about to do: until then, moving it
// leads to what was already seen.
//
// The original way to choose the branch looks at the last race of each thread
// only and loses schedules when it meets sleeping threads; the comparison
// with the full search finds that within a few hundred random programs.
//
// The access of a waiting thread reads whatever its condition looked at. So a
// write that enables or disables it conflicts with it. A step may disable a
// thread for good, and then there is no step k to look at: what a disabled
// thread waits to do counts as if it was done.
type reduction struct {
	clocks  []clock             // by step
	now     [maxThreads]clock   // by thread: that of its last step
	moves   [maxThreads][]int32 // by thread: its steps
	objects []lastSteps         // by object number
}

// A clock says how many steps of each thread happen before a point.
type clock [maxThreads]int32

func (c *clock) join(d *clock) {
	for i := range c {
		c[i] = max(c[i], d[i])
	}
}

// lastSteps holds, for each mode and thread, 1 + the last such step on an
// object; earlier ones of the same thread happen before it.
type lastSteps [numModes][maxThreads]int32

func (d *reduction) open(t *tree, e *execution, n *node) {
	if e.lastResort {
		// That nobody else can move is no access which a race could be about.
		n.try = e.enabled
		return
	}
	if depth := len(e.steps); depth > 0 {
		parent, s := &t.path[depth-1], &e.steps[depth-1]
		asleep := (parent.sleep | parent.done) &^ bit(s.thread)
		for _, th := range e.threads {
			// The touches are those of the present state. They contain what s
			// wrote if those of the state before it did: a condition runs the
			// same way until it meets the change.
			if asleep.has(th.index) && !dependent(th.touches, s.touches) {
				n.sleep |= bit(th.index)
			}
		}
	}
	if awake := e.enabled &^ n.sleep; awake != 0 {
		n.try = bit(e.preferred(awake))
	}
}

func (d *reduction) visit(t *tree, e *execution, depth int) {
	known := depth < len(t.path) // all this was done when the state was first met
	if depth == 0 {
		d.reset()
	} else {
		s := &e.steps[depth-1]
		c := d.order(s.thread, s.touches)
		if !known {
			d.reverse(t, s.thread, s.touches, c)
		}
		d.record(s, depth-1, c)
	}
	if known {
		return
	}
	for _, th := range e.threads {
		if !th.finished && !e.enabled.has(th.index) {
			d.reverse(t, th.index, th.touches, d.order(th.index, th.touches))
		}
	}
}

func (d *reduction) reset() {
	d.clocks, d.objects = d.clocks[:0], d.objects[:0]
	for i := range d.now {
		d.now[i], d.moves[i] = clock{}, d.moves[i][:0]
	}
}

// order returns the clock of a step of thread p that comes next: it happens
// after the last step of p, and after all that conflict with it.
func (d *reduction) order(p int, touches []touch) clock {
	c := d.now[p]
	for _, j := range d.conflicts(p, touches) {
		if j > 0 {
			c.join(&d.clocks[j-1])
		}
	}
	c[p] = int32(len(d.moves[p]) + 1)
	return c
}

// record enters step i, whose clock is c.
func (d *reduction) record(s *step, i int, c clock) {
	d.moves[s.thread] = append(d.moves[s.thread], int32(i))
	d.clocks = append(d.clocks, c)
	d.now[s.thread] = c
	for _, t := range s.touches {
		for len(d.objects) <= int(t.object) {
			d.objects = append(d.objects, lastSteps{})
		}
		d.objects[t.object][t.mode][s.thread] = int32(i + 1)
	}
}

// conflicts returns, for each thread but p, 1 + the last step that conflicts
// with touches.
func (d *reduction) conflicts(p int, touches []touch) (last [maxThreads]int32) {
	for _, t := range touches {
		if int(t.object) >= len(d.objects) {
			continue
		}
		for _, m := range conflicting[t.mode] {
			for q, j := range d.objects[t.object][m] {
				last[q] = max(last[q], j)
			}
		}
	}
	last[p] = 0
	return last
}

// reverse looks for the races of a step of thread p that comes next, with
// clock c, and adds branches that turn them round.
func (d *reduction) reverse(t *tree, p int, touches []touch, c clock) {
	last := d.conflicts(p, touches)
	for q, j := range last {
		if j > 0 && !d.between(int(j-1), q, p, &last) {
			d.branch(&t.path[j-1], int(j-1), q, p, &c)
		}
	}
}

// between reports whether step i of thread q happens before another of the
// steps that come directly before the next one of p.
func (d *reduction) between(i, q, p int, last *[maxThreads]int32) bool {
	seq := d.clocks[i][q]
	if d.now[p][q] >= seq {
		return true
	}
	for r, j := range last {
		if r != q && j > 0 && d.clocks[j-1][q] >= seq {
			return true
		}
	}
	return false
}

// branch makes sure that some thread begins, at the node before step i of
// thread q, the steps that do not happen after i, followed by p's next.
func (d *reduction) branch(n *node, i, q, p int, c *clock) {
	seq := d.clocks[i][q]
	// The first step of each thread among them: its number in the thread,
	// and its clock. Those of a thread that happen after i come last.
	var number [maxThreads]int32
	var clocks [maxThreads]*clock
	for r := range d.moves {
		if r == q {
			continue
		}
		k, _ := slices.BinarySearch(d.moves[r], int32(i))
		switch {
		case k < len(d.moves[r]) && d.clocks[d.moves[r][k]][q] < seq:
			number[r], clocks[r] = int32(k+1), &d.clocks[d.moves[r][k]]
		case r == p && k == len(d.moves[r]):
			number[r], clocks[r] = int32(k+1), c
		}
	}
	var initials mask
	for r, first := range clocks {
		if first != nil && n.enabled.has(r) && isFirst(r, first, &number) {
			initials |= bit(r)
		}
	}
	switch {
	case initials == 0:
		// Step i was what p waited for. Something else may let p go on too.
		n.try |= n.enabled
	case initials&(n.try|n.sleep) != 0:
	case initials.has(p):
		n.try |= bit(p)
	default:
		n.try |= bit(initials.first())
	}
}

// isFirst reports whether none of the steps that number lists happens before
// the one of thread r with clock c.
func isFirst(r int, c *clock, number *[maxThreads]int32) bool {
	for o, k := range number {
		if o != r && k > 0 && c[o] >= k {
			return false
		}
	}
	return true
}
