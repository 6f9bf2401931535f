package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestSimulate: cores that share nothing dear scale, those that share a line
// for each commit get no further than it moves.
func TestSimulate(t *testing.T) {
	alone := simulate(1, 1, 60, 100)
	require.InDelta(t, 1.0/66, alone, 1e-5, "a line that nobody else wants does not move")
	require.InDelta(t, 1.0/106, simulate(8, 1, 60, 100), 1e-5)
	require.InDelta(t, 8, simulate(8, 1024, 60, 100)/simulate(1, 1024, 60, 100), 0.1)
}
