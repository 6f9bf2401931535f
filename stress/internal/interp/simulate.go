package interp

import (
	"container/heap"
	"math"
	"math/rand/v2"
)

// A Load is what a simulation goes by: what stm with two threads was measured to
// do.
type Load struct {
	Length      float64 // of a transaction, in nanoseconds
	Commits     float64 // a step
	Conflict    float64 // chance that a commit makes a rival under way lose
	Irrevocable float64 // share of the transactions
}

// Load takes the figures of stm with two threads; ok is false if there are none,
// or nothing was committed.
func (o *Outcome) Load() (l Load, ok bool) {
	var sum Step
	steps := o.cell(STM, 2).Steps
	for _, s := range steps {
		sum.Processor += s.Processor
		sum.Commits += s.Commits
		sum.Aborts += s.Aborts
		sum.Irrevocable += s.Irrevocable
	}
	if sum.Commits == 0 || sum.Processor == 0 {
		return l, false
	}
	commits := float64(sum.Commits)
	return Load{
		Length:      float64(sum.Processor) * (1 - o.Lost(2)) / commits,
		Commits:     commits / float64(len(steps)),
		Conflict:    min(1, float64(sum.Aborts)/commits),
		Irrevocable: min(1, float64(sum.Irrevocable)/commits),
	}, true
}

// Simulated is how many times as fast as gil with one thread stm would be on so
// many cores, with a thread on each, or 0 if that cannot be said.
//
// It follows from l and from these assumptions: transactions are equally long;
// each commit makes each rival that is under way lose with the same chance; who
// has lost twice takes turns with others who have; an irrevocable transaction
// waits for the one before, and commits wait for it; cores slow each other down
// no more than two do.
func (o *Outcome) Simulated(cores int) float64 {
	l, ok := o.Load()
	if !ok {
		return 0
	}
	return float64(o.Time(GIL, 1)) / (l.Commits * simulate(l, cores))
}

// A core is what one core is doing.
type core struct {
	id          int
	end         float64 // of the attempt under way
	doomed      bool
	losses      int
	irrevocable bool
	running     bool
}

// An agenda is the cores that run an attempt, by its end.
type agenda []*core

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].end < a[j].end || a[i].end == a[j].end && a[i].id < a[j].id
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(*core)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// A queue is who waits for something that one core has at a time.
type queue struct {
	owner   *core
	waiting []*core
}

// A machine is a simulated one.
type machine struct {
	Load
	random *rand.Rand
	cores  []*core
	agenda agenda
	turn   queue // of those who have lost twice
	token  queue // of the irrevocable
	now    float64
}

// enough commits are simulated, that the result is steady.
const enough = 20_000

// simulate returns the nanoseconds from one commit to the next.
func simulate(l Load, cores int) float64 {
	m := &machine{Load: l, random: rand.New(rand.NewPCG(1, uint64(cores)))}
	for id := range cores {
		c := &core{id: id}
		m.cores = append(m.cores, c)
		m.begin(c)
		c.end = l.Length * float64(id+1) / float64(cores) // not all at once
	}
	heap.Init(&m.agenda)
	for commits := 0; commits < enough; {
		c := heap.Pop(&m.agenda).(*core)
		m.now = c.end
		switch {
		case m.token.owner != nil && m.token.owner != c:
			c.end = math.Nextafter(m.token.owner.end, math.Inf(1)) // the gate is closed
			heap.Push(&m.agenda, c)
		case c.doomed:
			c.losses++
			m.again(c)
		default:
			commits++
			m.commit(c)
		}
	}
	return m.now / enough
}

// begin begins another transaction of c.
func (m *machine) begin(c *core) {
	c.losses, c.irrevocable = 0, m.random.Float64() < m.Irrevocable
	c.running = false
	if !c.irrevocable || m.token.take(c) {
		m.attempt(c)
	}
}

// again repeats the transaction of c, in its turn if it has lost twice.
func (m *machine) again(c *core) {
	c.running = false
	if c.losses < 2 || m.turn.owner == c || m.turn.take(c) {
		m.attempt(c)
	}
}

func (m *machine) attempt(c *core) {
	c.end, c.doomed, c.running = m.now+m.Length, false, true
	heap.Push(&m.agenda, c)
}

// commit ends the transaction of c, and begins the next.
func (m *machine) commit(c *core) {
	for _, rival := range m.cores {
		if rival != c && rival.running && m.random.Float64() < m.Conflict {
			rival.doomed = rival != m.token.owner
		}
	}
	for _, q := range []*queue{&m.turn, &m.token} {
		if next := q.leave(c); next != nil {
			m.attempt(next)
		}
	}
	m.begin(c)
}

// take reports whether c has it now; if not it is in the queue.
func (q *queue) take(c *core) bool {
	if q.owner == nil {
		q.owner = c
		return true
	}
	q.waiting = append(q.waiting, c)
	return false
}

// leave hands on what c has, and returns to whom.
func (q *queue) leave(c *core) (next *core) {
	if q.owner != c {
		return nil
	}
	q.owner = nil
	if len(q.waiting) > 0 {
		q.owner, q.waiting = q.waiting[0], q.waiting[1:]
	}
	return q.owner
}
