package lint

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// An exception permits one construct in one file.
type exception struct {
	path, what string
	reason     string
}

// except removes the findings that an exception covers, and adds one for each
// exception that covers none: a list that only grows would stop being read.
func except(findings []finding, exceptions []exception) []finding {
	used := make([]bool, len(exceptions))
	left := slices.DeleteFunc(slices.Clone(findings), func(f finding) bool {
		i := slices.IndexFunc(exceptions, func(e exception) bool { return e.path == f.path && e.what == f.what })
		if i >= 0 {
			used[i] = true
		}
		return i >= 0
	})
	for i, e := range exceptions {
		if !used[i] {
			left = append(left, finding{e.path, 0, "exception for " + e.what + " is not needed: remove it from the table"})
		}
	}
	return left
}

func TestExceptions(t *testing.T) {
	a, b := finding{"a.go", 1, "go statement"}, finding{"b.go", 2, "go statement"}
	forA := exception{"a.go", "go statement", "reason"}
	require.Equal(t, []finding{b}, except([]finding{a, b}, []exception{forA}))
	require.Equal(t, []finding{a}, except([]finding{a}, nil))
	require.Len(t, except(nil, []exception{forA}), 1, "a stale exception is a finding")
}
