package history

import (
	"math/rand/v2"
	"slices"
	"time"
)

// A plant grows random histories of a memory that is correct, or is not: with
// chaos, reads return tokens that an earlier or unfinished attempt wrote, or
// come from an old state, and commits get versions out of order. Must run in a
// synctest bubble: each event is one tick of the synthetic clock.
type plant struct {
	rng      *rand.Rand
	vars     int
	workers  int
	attempts int
	blind    bool    // blind writes and commit versions; otherwise all writes name what they overwrote
	chaos    float64 // chance for each read, snapshot and version to be wrong

	h       *History
	state   []Token
	past    [][]Token // states after each commit
	written [][]Token // by variable, whatever was written
	version uint64
	guests  []guest
}

// A guest is one worker: between attempts, begun, or done with its operations.
type guest struct {
	log   *Log
	begun bool
	ran   bool
	wins  bool // takes effect
	v     uint64
}

func (p *plant) grow() *History {
	p.h = New(p.vars, p.workers)
	p.guests = make([]guest, p.workers)
	p.written = make([][]Token, p.vars)
	for v := range p.vars {
		p.state = append(p.state, p.h.Initial(v))
		p.written[v] = []Token{p.h.Initial(v)}
	}
	p.past = [][]Token{slices.Clone(p.state)}
	for w := range p.guests {
		p.guests[w].log = p.h.Log(w)
	}
	for left := p.attempts; ; {
		busy := slices.DeleteFunc(p.order(), func(w int) bool { return left == 0 && !p.guests[w].begun })
		if len(busy) == 0 {
			return p.h
		}
		time.Sleep(time.Nanosecond)
		if p.step(&p.guests[busy[0]], left > 0) {
			left--
		}
	}
}

func (p *plant) order() []int { return p.rng.Perm(p.workers) }

// step moves a worker on by one event and reports whether it began an attempt.
func (p *plant) step(g *guest, more bool) bool {
	switch {
	case !g.begun:
		g.log.Start()
		g.log.Begin()
		*g = guest{log: g.log, begun: true, wins: p.rng.Float64() < 0.7}
		return true
	case !g.ran:
		p.run(g)
		g.ran = true
	case g.wins:
		g.log.Commit(g.v)
		g.begun = false
	case more && p.rng.IntN(2) == 0:
		g.log.Begin() // a restart
		*g = guest{log: g.log, begun: true, wins: p.rng.Float64() < 0.7}
		return true
	default:
		g.log.Abort()
		g.begun = false
	}
	return false
}

func (p *plant) wrong() bool { return p.rng.Float64() < p.chaos }

// run performs an attempt's operations at one instant, its linearization point.
func (p *plant) run(g *guest) {
	state := p.state
	if p.wrong() {
		state = p.past[p.rng.IntN(len(p.past))]
	}
	local := slices.Clone(state)
	saved, mark := slices.Clone(local), -1
	for range 1 + p.rng.IntN(4) {
		switch v := p.rng.IntN(p.vars); p.rng.IntN(8) {
		case 0, 1, 2:
			g.log.Read(v, p.look(local, v))
		case 3, 4, 5, 6:
			p.write(g, local, v)
		case 7:
			if mark < 0 {
				mark, saved = g.log.Mark(), slices.Clone(local)
			} else {
				g.log.Rollback(mark)
				mark, local = -1, saved
			}
		}
	}
	if g.wins {
		p.commit(g, local, state)
	}
}

func (p *plant) look(local []Token, v int) Token {
	if p.wrong() {
		return p.written[v][p.rng.IntN(len(p.written[v]))]
	}
	return local[v]
}

func (p *plant) write(g *guest, local []Token, v int) {
	prev := None
	if !p.blind || p.rng.IntN(2) == 0 {
		prev = p.look(local, v)
	}
	local[v] = g.log.Write(v, prev)
	p.written[v] = append(p.written[v], local[v])
}

// commit installs what changed; after an old state the rest stays as it is.
func (p *plant) commit(g *guest, local, state []Token) {
	next := slices.Clone(p.state)
	for v := range local {
		if local[v] != state[v] {
			next[v] = local[v]
		}
	}
	p.state = next
	p.past = append(p.past, next)
	p.version++
	if g.v = p.version; p.wrong() {
		g.v = 1 + p.rng.Uint64N(p.version)
	}
	if !p.blind {
		g.v = 0
	}
}
