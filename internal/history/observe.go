package history

import "fmt"

// A slot is what the attempt being replayed knows about one variable.
type slot struct {
	epoch uint32    // the slot is empty unless this is the checker's epoch
	ver   versionID // version behind seen, nobody if seen is no version
	seen  Token     // first token seen that the attempt did not write
	own   Token     // its latest write
	saw   bool      // seen is set; None may be seen too, and is garbage
}

// An undo restores a slot's own write at a rollback.
type undo struct {
	op  int
	v   uint32
	own Token
}

// observe replays each attempt by itself: it must see its own writes, and for
// the rest one version of each variable. What it saw goes to reads, and to pred
// of the versions that it installed.
func (c *checker) observe() {
	c.slots = make([]slot, c.h.Vars())
	c.readFrom = make([]int32, 0, len(c.committed)+1)
	c.reads = make([]versionID, 0, 2*len(c.committed))
	for n := range nodeID(len(c.places)) {
		c.readFrom = append(c.readFrom, int32(len(c.reads)))
		c.replay(n)
	}
	c.readFrom = append(c.readFrom, int32(len(c.reads)))
}

func (c *checker) replay(n nodeID) {
	l, i := c.locate(n)
	c.epoch++
	c.undo = c.undo[:0]
	from, to := l.span(i)
	for j := from; j < to; j++ {
		o := l.ops.at(j)
		if o.kind == opRollback {
			c.rollback(int(o.token))
			continue
		}
		s := &c.slots[o.v]
		if s.epoch != c.epoch {
			*s = slot{epoch: c.epoch, ver: nobody}
		}
		if o.kind == opRead || o.token != None {
			c.see(n, s, int32(o.v), o.token)
		}
		if o.kind == opWrite {
			c.undo = append(c.undo, undo{op: j - from, v: o.v, own: s.own})
			s.own = makeToken(l.worker, l.base+uint64(i), j-from)
		}
	}
	for k := c.first[n]; k < c.first[n+1]; k++ {
		c.versions[k].pred = c.slots[c.versions[k].v].ver
	}
}

func (c *checker) rollback(mark int) {
	for len(c.undo) > 0 && c.undo[len(c.undo)-1].op >= mark {
		u := c.undo[len(c.undo)-1]
		c.slots[u.v].own = u.own
		c.undo = c.undo[:len(c.undo)-1]
	}
}

// see judges one read by what the attempt knows already.
func (c *checker) see(n nodeID, s *slot, v int32, t Token) {
	switch {
	case s.own != None:
		if t != s.own {
			c.wrong(OwnWrite, n, v, fmt.Sprintf("wrote %v and then read %v", s.own, t))
		}
		return
	case s.saw && s.seen == t:
		return
	}
	if m, _ := c.find(t); m == n {
		c.wrong(OwnWrite, n, v, fmt.Sprintf("read %v, its own write, where it is not in force", t))
		return
	}
	if s.saw {
		c.wrong(UnrepeatableRead, n, v, fmt.Sprintf("read %v and then %v", s.seen, t), s.seen, t)
		return
	}
	s.seen, s.saw = t, true
	ver, anomaly := c.resolve(v, t)
	if ver == nobody {
		c.wrong(anomaly, n, v, fmt.Sprintf("read %v", t), t)
		return
	}
	s.ver = ver
	c.reads = append(c.reads, ver)
}

// wrong reports an observation of n, and the writers of what it saw.
func (c *checker) wrong(a Anomaly, n nodeID, v int32, what string, seen ...Token) {
	who := []AttemptID{c.id(n)}
	for _, t := range seen {
		if m, at := c.find(t); at != nil && m != n {
			who = append(who, c.id(m))
		}
	}
	c.report.add(&Violation{
		Anomaly: a,
		Level:   c.levelOf(n),
		Detail:  fmt.Sprintf("%v, variable %s: %s", who[0], c.h.label(int(v)), what),
		Who:     who,
	})
}
