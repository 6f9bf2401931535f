package main

import (
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The list names places in the core by their text. Whoever changes the core
// finds out here that a mutant must be brought along.
func TestMutantsFitTheCore(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, m := range mutants {
		require.False(t, names[m.name], "two mutants are called %q", m.name)
		names[m.name] = true
		texts, err := m.texts(root)
		require.NoError(t, err, m.name)
		for file, text := range texts {
			_, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
			require.NoError(t, err, m.name)
		}
	}
	require.GreaterOrEqual(t, len(mutants), 30)
}
