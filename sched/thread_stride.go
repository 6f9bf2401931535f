package sched

// A stride is how long transactions are that begin at a site. It is halved when
// one is lost, and grows when one commits that has used it up: for some time after
// a loss so slowly that losses and growth balance at one loss in some fifty
// transactions, which measured best, and faster otherwise.
//
// Each thread has its own: a loop may conflict in one and not in another. A thread
// begins with what one knew that has been closed. Sites that share a place
// displace one another, and start anew.
type stride struct {
	site    uint32
	length  int32
	careful int32 // commits to go before it may grow fast
}

const (
	strides     = 64
	firstLength = 1024
	carefulFor  = 256
	slowly      = 64 // a stride grows by one in so many
	fast        = 8
)

// strideAt returns the stride of a site.
func (t *Thread) strideAt(site uint32) *stride {
	if t.strides == nil {
		t.strides = t.m.book.known()
	}
	p := &t.strides[site*0x9e3779b1>>26%strides]
	if p.length == 0 || p.site != site {
		*p = stride{site: site, length: int32(min(max(firstLength, t.m.minLength), t.m.maxLength))}
	}
	return p
}

// known returns strides for a new thread.
func (b *book) known() []stride {
	all := make([]stride, strides)
	b.mu.Lock()
	defer b.mu.Unlock()
	copy(all, b.strides)
	return all
}

// learn keeps the strides of a thread that is being closed. The caller holds the
// lock.
func (b *book) learn(t *Thread) {
	if t.strides != nil {
		b.strides = t.strides
	}
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
		p.length += max(p.length/slowly, 1)
	default:
		p.length += max(p.length/fast, 1)
	}
	p.length = min(p.length, int32(t.m.maxLength))
}

// shrink accounts for a loss. A transaction that was lost early says little about
// how long it may be.
func (t *Thread) shrink() {
	p := t.strideAt(t.site)
	p.length = int32(max(min(int(p.length), 4*t.used)/2, t.m.minLength))
	p.careful = carefulFor
}
