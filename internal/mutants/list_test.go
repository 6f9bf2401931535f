package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestMutantsFitTheCore: the list names places in the core by their text.
// Whoever changes the core finds out here that a mutant must be brought along.
func TestMutantsFitTheCore(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	names := map[string]bool{}
	var problems []string
	for _, m := range mutants {
		require.False(t, names[m.name], "two mutants are called %q", m.name)
		names[m.name] = true
		texts, err := m.texts(root)
		if err != nil {
			problems = append(problems, m.name+": "+err.Error())
			continue
		}
		for file, text := range texts {
			_, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
			require.NoError(t, err, m.name)
		}
	}
	require.Empty(t, problems, strings.Join(problems, "\n"))
	require.GreaterOrEqual(t, len(mutants), 30)
	for name, argument := range equivalent {
		require.True(t, names[name], "no mutant is called %q", name)
		require.NotEmpty(t, argument)
	}
}
