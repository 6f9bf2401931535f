package sched

// A stride is how long transactions are that begin at a site. It is halved when
// one is lost, and grows when one commits that has used it up: by a little for
// some time after a loss, and to the double otherwise.
//
// Each thread has its own: a loop may conflict in one and not in another. Sites
// that share a place displace one another, and start anew.
type stride struct {
	site    uint32
	length  int32
	careful int32 // commits to go before the length may double
}

const (
	strides     = 64
	firstLength = 4096
	carefulFor  = 16
)

// strideAt returns the stride of a site.
func (t *Thread) strideAt(site uint32) *stride {
	if t.strides == nil {
		t.strides = make([]stride, strides)
	}
	p := &t.strides[site*0x9e3779b1>>26%strides]
	if p.length == 0 || p.site != site {
		*p = stride{site: site, length: int32(min(max(firstLength, t.m.minLength), t.m.maxLength))}
	}
	return p
}

// lengthAt returns how long a transaction may be that begins at the site.
func (t *Thread) lengthAt(site uint32) int { return int(t.strideAt(site).length) }

// grow accounts for a commit.
func (t *Thread) grow() {
	if t.used < t.length {
		return // the length did not matter
	}
	p := t.strideAt(t.site)
	switch {
	case p.careful > 0:
		p.careful--
		p.length += p.length / carefulFor
	default:
		p.length *= 2
	}
	p.length = min(p.length, int32(t.m.maxLength))
}

// shrink accounts for a loss.
func (t *Thread) shrink() {
	p := t.strideAt(t.site)
	n := min(int(p.length), max(t.used, t.m.minLength))
	p.length = int32(max(n/2, t.m.minLength))
	p.careful = carefulFor
}
