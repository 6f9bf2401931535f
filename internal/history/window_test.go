package history

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// step records one committed update of variable 0.
func step(l *Log, prev Token) Token {
	l.Start()
	l.Begin()
	l.Read(0, prev)
	tok := l.Write(0, prev)
	l.Commit(0)
	return tok
}

func TestWindowsCarryTheFinalVersions(t *testing.T) {
	h := New(2, 2)
	now := h.Initial(0)
	var total Counts
	for window := range 5 {
		for i := range 3 * blockSize {
			now = step(h.Log(i%2), now)
		}
		r := h.Check()
		require.NoError(t, r.Err(), "window %d", window)
		require.Equal(t, now, r.Final[0])
		require.Equal(t, initialToken(1), r.Final[1])
		total.Add(r.Counts)
		h.Next(r.Final)
		require.Equal(t, now, h.Initial(0))
		require.Zero(t, h.Attempts())
	}
	require.Equal(t, 15*blockSize, total.Attempts)
	require.Equal(t, 15*blockSize, total.Committed)
	require.Equal(t, 15*blockSize, total.Reads)
	require.Equal(t, 15*blockSize, total.Writes)
	require.Equal(t, 15*blockSize, total.Versions)
	require.Zero(t, total.AbortRate())
	require.Zero(t, Counts{}.AbortRate())
}

func TestWindowsReuseTheirMemory(t *testing.T) {
	h := New(1, 1)
	fill := func() {
		now := h.Initial(0)
		for range 4 * blockSize {
			now = step(h.Log(0), now)
		}
		h.Next([]Token{now})
	}
	fill()
	require.LessOrEqual(t, testing.AllocsPerRun(3, fill), 2.0, "only the initial tokens")
}

func TestAWindowKnowsItsOwnTokensOnly(t *testing.T) {
	h := New(1, 2)
	old := step(h.Log(0), h.Initial(0))
	now := step(h.Log(0), old)
	h.Next([]Token{now})

	r := h.Check()
	require.NoError(t, r.Err())
	require.Equal(t, []Token{now}, r.Final, "an empty window changes nothing")

	now = step(h.Log(1), now)
	h.Log(1).Start()
	h.Log(1).Begin()
	h.Log(1).Read(0, old)
	h.Log(1).Commit(0)
	require.ErrorIs(t, h.Check().Err(), Garbage, "a version of an earlier window")

	// Numbers go on: an attempt of this window is not taken for one of the last.
	require.EqualValues(t, 2, h.Log(0).base)
	h.Next([]Token{now})
	tok := step(h.Log(0), now)
	require.Equal(t, "w0#2.1", tok.String())
}

func TestLostUpdateAcrossWindows(t *testing.T) {
	h := New(1, 2)
	h.Next([]Token{step(h.Log(0), h.Initial(0))})
	start := h.Initial(0)
	step(h.Log(0), start)
	step(h.Log(1), start)
	require.ErrorIs(t, h.Check().Err(), LostUpdate)
}
