package history

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A toy is a small transactional memory under a mutex, with one of several bugs.
// It drives the recorder from real goroutines.
type toy struct {
	mu      sync.Mutex
	tokens  []Token
	version []uint64
	clock   uint64
	bug     toyBug
}

type toyBug int

const (
	noBug      toyBug = iota
	lateCheck         // reads are checked at commit only: an attempt may see two states
	noCheck           // reads are never checked
	tornCommit        // a commit appears in two steps
	oldRead           // a read-only transaction returns without a check
	leak              // an aborted attempt's write stays for a moment
)

// A toyTx is one attempt.
type toyTx struct {
	m      *toy
	rv     uint64
	reads  map[int]Token
	writes map[int]Token
}

func (m *toy) begin() *toyTx {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &toyTx{m: m, rv: m.clock, reads: map[int]Token{}, writes: map[int]Token{}}
}

func (tx *toyTx) get(v int) (Token, bool) {
	if t, ok := tx.writes[v]; ok {
		return t, true
	}
	runtime.Gosched() // let the others in between two reads
	m := tx.m
	m.mu.Lock()
	defer m.mu.Unlock()
	if seen, again := tx.reads[v]; again && m.bug != noBug {
		return seen, true
	}
	if m.version[v] > tx.rv && (m.bug == noBug || m.bug == tornCommit || m.bug == leak) {
		return None, false
	}
	tx.reads[v] = m.tokens[v]
	return m.tokens[v], true
}

func (tx *toyTx) commit() (uint64, bool) {
	m := tx.m
	m.mu.Lock()
	defer m.mu.Unlock()
	check := m.bug != noCheck && (m.bug != oldRead || len(tx.writes) > 0)
	for v, seen := range tx.reads {
		if check && m.tokens[v] != seen {
			return 0, false
		}
	}
	m.clock++
	version := m.clock
	n := 0
	for v, t := range tx.writes {
		if n++; n == 2 && m.bug == tornCommit {
			m.mu.Unlock()
			runtime.Gosched()
			m.mu.Lock()
		}
		m.tokens[v], m.version[v] = t, version
	}
	return version, true
}

// spill makes the writes of an attempt that will abort visible for a moment.
func (tx *toyTx) spill() {
	for v, t := range tx.writes {
		tx.m.mu.Lock()
		old := tx.m.tokens[v]
		tx.m.tokens[v] = t
		tx.m.mu.Unlock()
		runtime.Gosched()
		tx.m.mu.Lock()
		if tx.m.tokens[v] == t {
			tx.m.tokens[v] = old
		}
		tx.m.mu.Unlock()
	}
}

// body reads some variables and updates some of them, through the recorder.
func (tx *toyTx) body(l *Log, rng *rand.Rand) bool {
	for range 1 + rng.IntN(4) {
		v := rng.IntN(len(tx.m.tokens))
		old, ok := tx.get(v)
		if !ok {
			return false
		}
		l.Read(v, old)
		if rng.IntN(2) == 0 {
			tx.writes[v] = l.Write(v, old)
		}
	}
	return true
}

func (m *toy) run(l *Log, rng *rand.Rand) {
	for l.Start(); ; {
		l.Begin()
		tx := m.begin()
		if !tx.body(l, rng) {
			continue
		}
		if m.bug == leak && rng.IntN(8) == 0 {
			tx.spill()
			continue
		}
		if version, ok := tx.commit(); ok {
			l.Commit(version)
			return
		}
	}
}

// soak runs windows of transactions on four goroutines and stops at the first
// window in which enough went wrong.
func (m *toy) soak(t *testing.T, windows, each int, seed uint64, enough func(*Report) bool) (last *Report, total Counts) {
	h := New(len(m.tokens), 4)
	for v := range m.tokens {
		m.tokens[v] = h.Initial(v)
	}
	for window := range windows {
		var wg sync.WaitGroup
		for w := range h.Workers() {
			rng := rand.New(rand.NewPCG(seed, uint64(window*100+w)))
			wg.Go(func() {
				for range each {
					m.run(h.Log(w), rng)
				}
			})
		}
		wg.Wait()
		last = h.Check()
		total.Add(last.Counts)
		if enough(last) {
			break
		}
		require.Equal(t, m.tokens, last.Final, "seed %d: the memory holds the final versions", seed)
		h.Next(last.Final)
	}
	return last, total
}

func newToy(bug toyBug) *toy {
	const vars = 4
	return &toy{bug: bug, tokens: make([]Token, vars), version: make([]uint64, vars)}
}

func TestACorrectMemoryIsOpaque(t *testing.T) {
	seed := rand.Uint64()
	_, total := newToy(noBug).soak(t, 5, 500, seed, func(r *Report) bool {
		require.NoError(t, r.Err(), "seed %d", seed)
		return false
	})
	require.Equal(t, 5*4*500, total.Committed)
	require.NotZero(t, total.Aborted, "seed %d: a run without conflicts shows nothing", seed)
}

// TestBugsAreSeen drives each broken memory until the checker has seen what is
// wrong with it: at that level, and with all weaker guarantees intact.
func TestBugsAreSeen(t *testing.T) {
	for _, tt := range []struct {
		name  string
		bug   toyBug
		level Level
	}{
		{"reads checked at commit only", lateCheck, Opacity},
		{"reads never checked", noCheck, Serializability},
		{"commit in two steps", tornCommit, Opacity},
		{"read-only transactions unchecked", oldRead, Serializability},
		{"aborted writes visible", leak, Opacity},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seed := rand.Uint64()
			intact := true
			r, total := newToy(tt.bug).soak(t, 200, 200, seed, func(r *Report) bool {
				intact = intact && (tt.level < Opacity || tt.bug != lateCheck || r.Holds(Strictness))
				return !r.Holds(tt.level)
			})
			require.False(t, r.Holds(tt.level), "seed %d: not seen in %v", seed, total)
			require.True(t, intact, "seed %d: more is broken than should be:\n%v", seed, r)
			t.Logf("seen after %d attempts:\n%v", total.Attempts, r.Violations[0])
		})
	}
}
