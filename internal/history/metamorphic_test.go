package history

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// What must not change a verdict, or may change it one way only. These hold of
// histories of any size, where brute force does not reach.

// A rewrite copies a history with other names, stamps or operations.
type rewrite struct {
	worker []int // by old worker: the new one
	v      []int // by old variable: the new one
	keep   func(a *attempt) bool
	widen  func() int64
}

func identity(h *History) rewrite {
	r := rewrite{keep: func(*attempt) bool { return true }, widen: func() int64 { return 0 }}
	for w := range h.Workers() {
		r.worker = append(r.worker, w)
	}
	for v := range h.Vars() {
		r.v = append(r.v, v)
	}
	return r
}

func (r rewrite) token(h *History, t Token) Token {
	switch {
	case t == None:
		return None
	case t.worker() < 0:
		if v := int(t) - 1; v < h.Vars() {
			return initialToken(r.v[v])
		}
		return t
	case t.worker() < h.Workers():
		return makeToken(r.worker[t.worker()], t.attempt(), t.index())
	}
	return t
}

// of returns the copy. Attempts that are not kept lose their operations.
func (r rewrite) of(h *History) *History {
	out := New(h.Vars(), h.Workers())
	for w, l := range h.logs {
		to := out.logs[r.worker[w]]
		for i := range l.attempts.n {
			a := *l.attempts.at(i)
			from, end := l.span(i)
			if !r.keep(&a) {
				end = from
			}
			a.first = uint32(to.ops.n)
			a.begin -= r.widen()
			a.end += r.widen()
			to.attempts.push(a)
			for j := from; j < end; j++ {
				o := *l.ops.at(j)
				if o.kind != opRollback {
					o.token, o.v = r.token(h, o.token), uint32(r.v[o.v])
				}
				to.ops.push(o)
			}
		}
	}
	return out
}

// eachHistory grows histories, most of them broken, of up to sixty attempts.
func eachHistory(t *testing.T, n int, f func(rng *rand.Rand, h *History, r *Report, seed uint64)) {
	var whole [Opacity + 2]int
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(n) {
			rng := rand.New(rand.NewPCG(seed, 11))
			p := plant{rng: rng, vars: 1 + rng.IntN(6), workers: 1 + rng.IntN(6), attempts: 2 + rng.IntN(60), blind: seed%2 == 0}
			if seed%4 != 0 {
				p.chaos = 0.05 * rng.Float64() * rng.Float64()
			}
			h := p.grow()
			r := h.Check()
			broken := Serializability
			for ; broken <= Opacity && r.Holds(broken); broken++ {
			}
			whole[broken]++
			f(rng, h, r, seed)
		}
	})
	t.Logf("histories by the first guarantee broken: %v", whole[1:])
	for l := Serializability; l <= Opacity+1; l++ {
		require.Greater(t, whole[l], 3, "too few histories of that kind: %v", whole)
	}
}

// TestNamesDoNotMatter: neither those of workers nor those of variables.
func TestNamesDoNotMatter(t *testing.T) {
	eachHistory(t, 1000, func(rng *rand.Rand, h *History, r *Report, seed uint64) {
		w := identity(h)
		w.worker, w.v = rng.Perm(h.Workers()), rng.Perm(h.Vars())
		other := w.of(h).Check()
		for l := Serializability; l <= Opacity; l++ {
			require.Equal(t, r.Holds(l), other.Holds(l), "seed %d, %v:\n%v\n%v", seed, l, r, other)
		}
		require.Equal(t, [...]int{r.Attempts, r.Committed, r.Aborted, r.Reads, r.Writes, r.Versions, r.Unordered},
			[...]int{other.Attempts, other.Committed, other.Aborted, other.Reads, other.Writes, other.Versions, other.Unordered})
		for v, t0 := range r.Final {
			if r.Holds(Opacity) {
				require.Equal(t, w.token(h, t0), other.Final[w.v[v]], "seed %d", seed)
			}
		}
		// What one attempt saw is the same, however cycles are chosen.
		for a := OwnWrite; a <= LostUpdate; a++ {
			require.Equal(t, r.Found(a), other.Found(a), "seed %d, %v", seed, a)
		}
	})
}

// TestWiderStampsAccuseNobody: a recorder that is slow loses violations, and
// invents none. What does not depend on real time stays.
func TestWiderStampsAccuseNobody(t *testing.T) {
	lost := 0
	eachHistory(t, 1000, func(rng *rand.Rand, h *History, r *Report, seed uint64) {
		w := identity(h)
		w.widen = func() int64 { return rng.Int64N(20) }
		wide := w.of(h).Check()
		require.Equal(t, r.Holds(Serializability), wide.Holds(Serializability), "seed %d", seed)
		for l := Strictness; l <= Opacity; l++ {
			if r.Holds(l) {
				require.True(t, wide.Holds(l), "seed %d, %v:\n%v", seed, l, wide)
			} else if wide.Holds(l) {
				lost++
			}
		}
	})
	require.NotZero(t, lost, "no stamp was wide enough to matter")
}

// TestUndoneAttemptsMatterToOpacityOnly: without what they did, a history is
// opaque if it was strictly serializable.
func TestUndoneAttemptsMatterToOpacityOnly(t *testing.T) {
	eachHistory(t, 1000, func(_ *rand.Rand, h *History, r *Report, seed uint64) {
		w := identity(h)
		w.keep = func(a *attempt) bool { return a.outcome == Committed }
		only := w.of(h).Check()
		require.Equal(t, r.Holds(Serializability), only.Holds(Serializability), "seed %d:\n%v\n%v", seed, r, only)
		require.Equal(t, r.Holds(Strictness), only.Holds(Strictness), "seed %d:\n%v\n%v", seed, r, only)
		require.Equal(t, r.Holds(Strictness), only.Holds(Opacity), "seed %d:\n%v\n%v", seed, r, only)
	})
}

// TestPrefixesOfWhatIsCorrectAreCorrect: cut where all workers are at rest, both
// halves are; and a history whose halves are not is not.
func TestPrefixesOfWhatIsCorrectAreCorrect(t *testing.T) {
	eachHistory(t, 1000, func(rng *rand.Rand, h *History, r *Report, seed uint64) {
		cut := rng.Int64N(1 + slices.MaxFunc(h.logs, func(a, b *Log) int { return int(a.last - b.last) }).last)
		prefix := New(h.Vars(), h.Workers())
		for w, l := range h.logs {
			for i := range l.attempts.n {
				a := *l.attempts.at(i)
				from, to := l.span(i)
				if a.begin >= cut {
					break
				}
				if a.end > cut { // still open: what it will see is not known yet
					a.outcome, a.version, a.end = Open, 0, cut
					to = from
				}
				out := prefix.logs[w]
				a.first = uint32(out.ops.n)
				out.attempts.push(a)
				for j := from; j < to; j++ {
					out.ops.push(*l.ops.at(j))
				}
			}
		}
		// A version of an open attempt may have been seen; its writes are cut off.
		if early := prefix.Check(); r.Holds(Opacity) && early.Found(Garbage) == 0 {
			require.True(t, early.Holds(Opacity), "seed %d, cut at %d:\n%v", seed, cut, early)
		}
	})
}
