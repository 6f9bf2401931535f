package explore

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScheduleString(t *testing.T) {
	cases := map[string][]move{
		"-":           nil,
		"a":           {{0, 0}},
		"a3b":         {{0, 0}, {0, 0}, {0, 0}, {1, 0}},
		"a!1a!1b2a!2": {{0, 1}, {0, 1}, {1, 0}, {1, 0}, {0, 2}},
		"ah12":        append([]move{{0, 0}}, make12(7)...),
	}
	for s, moves := range cases {
		require.Equal(t, s, format(moves))
		got, err := parse(s)
		require.NoError(t, err)
		require.Equal(t, moves, got)
	}
	for _, s := range []string{"3", "z", "a?", "a-"} {
		_, err := parse(s)
		require.Error(t, err, s)
	}
}

func make12(thread int) (moves []move) {
	for range 12 {
		moves = append(moves, move{thread, 0})
	}
	return moves
}

func TestScheduleStringRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		moves := []move{{r.IntN(3), 0}}
		for range r.IntN(20) {
			moves = append(moves, move{r.IntN(3), max(0, r.IntN(6)-3)})
		}
		got, err := parse(format(moves))
		require.NoError(t, err)
		require.Equal(t, moves, got, format(moves))
	}
}

func TestLayout(t *testing.T) {
	require.Equal(t, "step  T0  T1\n1     é\n10        b c\n", layout([][]string{
		{"step", "T0", "T1"}, {"1", "é", ""}, {"10", "", "b c"},
	}))
}

func TestConflictsAreSymmetric(t *testing.T) {
	for a := range numModes {
		for b := range numModes {
			require.Equal(t, conflict(a, b), conflict(b, a))
		}
	}
	require.False(t, conflict(reads, reads))
	require.False(t, conflict(begins, begins))
	require.True(t, conflict(begins, ends))
}
