package history

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// A run is one attempt as the oracles see it, taken straight from the log. They
// share nothing with the checker but the record.
type run struct {
	worker, number int
	begin, end     int64
	committed      bool
	version        uint64
	ops            []op
}

func runs(h *History) []run {
	var all []run
	for w, l := range h.logs {
		for i := range l.attempts.n {
			a := l.attempts.at(i)
			r := run{worker: w, number: i, begin: a.begin, end: a.end, committed: a.outcome == Committed, version: a.version}
			from, to := l.span(i)
			for j := from; j < to; j++ {
				r.ops = append(r.ops, *l.ops.at(j))
			}
			all = append(all, r)
		}
	}
	return all
}

// A memory is a sequential memory of tokens that also holds each variable's
// commit version, which must grow where it is known.
type memory struct {
	tokens   []Token
	versions []uint64
}

func newMemory(h *History) memory {
	return memory{tokens: slices.Clone(h.initial), versions: make([]uint64, h.Vars())}
}

// apply runs an attempt alone and reports whether it can have seen what it saw.
func (m memory) apply(r run) (memory, bool) {
	local := slices.Clone(m.tokens)
	var live []int // writes not rolled back
	for i, o := range r.ops {
		switch o.kind {
		case opRead:
			if local[o.v] != o.token {
				return m, false
			}
		case opWrite:
			if o.token != None && local[o.v] != o.token {
				return m, false
			}
			local[o.v] = makeToken(r.worker, uint64(r.number), i)
			live = append(live, i)
		case opRollback:
			live = slices.DeleteFunc(live, func(j int) bool { return j >= int(o.token) })
			copy(local, m.tokens)
			for _, j := range live {
				local[r.ops[j].v] = makeToken(r.worker, uint64(r.number), j)
			}
		}
	}
	if !r.committed {
		return m, true
	}
	next := memory{tokens: local, versions: slices.Clone(m.versions)}
	for v := range local {
		if local[v] == m.tokens[v] || r.version == 0 {
			continue
		}
		if r.version <= m.versions[v] {
			return m, false
		}
		next.versions[v] = r.version
	}
	return next, true
}

// serial reports whether some order of the runs explains them all, by trying all.
func serial(m memory, todo []run, realTime bool) bool {
	if len(todo) == 0 {
		return true
	}
	for i, r := range todo {
		first := !realTime || !slices.ContainsFunc(todo, func(o run) bool {
			return o.end < r.begin || o.worker == r.worker && o.number < r.number
		})
		if !first {
			continue
		}
		if next, ok := m.apply(r); ok && serial(next, slices.Delete(slices.Clone(todo), i, i+1), realTime) {
			return true
		}
	}
	return false
}

// holds decides a level by brute force.
func holds(h *History, l Level) bool {
	all := runs(h)
	if l < Opacity {
		all = slices.DeleteFunc(all, func(r run) bool { return !r.committed })
	}
	return serial(newMemory(h), all, l > Serializability)
}

func TestAgreesWithBruteForce(t *testing.T) {
	const histories = 6000
	var broken [Opacity + 1]int
	found := map[Anomaly]int{}
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(histories) {
			rng := rand.New(rand.NewPCG(seed, 1))
			p := plant{rng: rng, vars: 1 + rng.IntN(3), workers: 1 + rng.IntN(4), attempts: 2 + rng.IntN(5), blind: seed%2 == 0}
			if seed%3 != 0 {
				p.chaos = 0.3 * rng.Float64()
			}
			h := p.grow()
			r := h.Check()
			for l := Serializability; l <= Opacity; l++ {
				want := holds(h, l)
				require.Equal(t, want, r.Holds(l), "seed %d, %v:\n%v", seed, l, r)
				if !want {
					broken[l]++
				}
			}
			if p.chaos == 0 {
				require.NoError(t, r.Err(), "seed %d: nothing was wrong", seed)
			}
			for _, v := range r.Violations {
				found[v.Anomaly]++
			}
		}
	})
	t.Logf("%d histories; not serializable, not strict, not opaque: %v; %v", histories, broken[1:], found)
	require.Greater(t, broken[Serializability], histories/20)
	require.Greater(t, broken[Strictness]-broken[Serializability], 10, "some are broken only in real time")
	require.Greater(t, broken[Opacity]-broken[Strictness], 10, "and some only by attempts that were undone")
	for _, a := range []Anomaly{OwnWrite, UnrepeatableRead, G1a, G1b, Duplicate, LostUpdate, GSingle, StaleRead, ZombieRead, StaleZombie} {
		require.NotZero(t, found[a], a)
	}
}
