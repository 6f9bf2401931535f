package history

import "fmt"

// explain finds the variable behind an edge again: the graph does not keep it.
func (c *checker) explain(l link) (v int32, s Step) {
	s = Step{From: c.id(l.from), To: c.id(l.to), Edge: l.kind}
	v = nobody
	switch l.kind {
	case WW:
		v, s.Why = c.explainWW(l)
	case WR:
		v, s.Why = c.explainWR(l)
	case RW:
		v, s.Why = c.explainRW(l)
	case RT:
		s.Why = c.explainRT(s, l)
	}
	if v != nobody {
		s.Var = c.h.label(int(v))
	}
	return v, s
}

func (c *checker) explainWW(l link) (int32, string) {
	for _, ver := range c.versions[c.first[l.from]:c.first[l.from+1]] {
		if ver.next != nobody && c.versions[ver.next].writer == l.to {
			return ver.v, fmt.Sprintf("wrote %v, which the other overwrote with %v", ver.token, c.versions[ver.next].token)
		}
	}
	return nobody, ""
}

func (c *checker) explainWR(l link) (int32, string) {
	for _, i := range c.reads[c.readFrom[l.to]:c.readFrom[l.to+1]] {
		if ver := c.versions[i]; ver.writer == l.from {
			return ver.v, fmt.Sprintf("wrote %v, which the other read", ver.token)
		}
	}
	return nobody, ""
}

func (c *checker) explainRW(l link) (int32, string) {
	for _, i := range c.reads[c.readFrom[l.from]:c.readFrom[l.from+1]] {
		ver := c.versions[i]
		if ver.next != nobody && c.versions[ver.next].writer == l.to {
			return ver.v, fmt.Sprintf("read %v, which the other overwrote with %v", ver.token, c.versions[ver.next].token)
		}
	}
	return nobody, ""
}

func (c *checker) explainRT(s Step, l link) string {
	if c.end[l.from] < c.begin[l.to] {
		return fmt.Sprintf("ended at %v, before the other began at %v", s.From.End, s.To.Begin)
	}
	return "ran before it on the same worker"
}
