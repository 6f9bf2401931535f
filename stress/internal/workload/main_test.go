package workload

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWorkloadsAreComplete(t *testing.T) {
	names := map[string]bool{}
	for _, w := range All() {
		require.Regexp(t, regexp.MustCompile(`^[a-z-]+$`), w.Name, "it is part of a code")
		require.False(t, names[w.Name])
		names[w.Name] = true
		require.Regexp(t, "; ", w.Doc, "what it does; what must hold")
		require.NotEmpty(t, w.Expects, w.Name)
		found, err := Find(w.Name)
		require.NoError(t, err)
		require.Same(t, w, found)
		for _, hands := range []int{w.Least, 7, 64} {
			i := w.Make(hands, rand.New(rand.NewPCG(1, 2)))
			require.NoError(t, i.Check(func(v int) int64 { return i.Initial[v] }), "%s before anything happened", w.Name)
		}
	}
	_, err := Find("nonsense")
	require.Error(t, err)
}

func TestRoute(t *testing.T) {
	g := grid{0, 4, 3}
	board := make([]int64, g.cells())
	require.Equal(t, []int{3, 2, 1, 0}, g.route(board, 0, 3))
	board[1], board[5] = 9, 9
	way := g.route(board, 0, 3)
	require.Len(t, way, 8, "round the wall: %v", way)
	for i, c := range way[1:] {
		require.Contains(t, g.beside(way[i]), c)
		require.Zero(t, board[c])
	}
	board[9] = 9
	require.Nil(t, g.route(board, 0, 3), "walled in")
	require.Nil(t, g.route(board, 1, 3), "taken")
}
