package main

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestMoneyIsConserved at every instant, and nobody is in debt at the end.
func TestMoneyIsConserved(t *testing.T) {
	b := newBank(5) // few accounts, many conflicts
	audits, err := b.work(t.Context(), 8, 4000)
	require.NoError(t, err)
	sum := 0
	for _, x := range b.accounts.Snapshot() {
		require.GreaterOrEqual(t, x, 0)
		sum += x
	}
	require.Equal(t, 5*opening, sum)
	require.Positive(t, b.refused.Load(), "no transfer was refused")
	t.Log(audits, "audits")
}

// TestAuditsSeeOneState: the sum is the same while money moves.
func TestAuditsSeeOneState(t *testing.T) {
	b := newBank(50)
	var moved atomic.Int32
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for n := 0; b.transfer(ctx, n%50, (n+7)%50, 3) == nil; n++ {
			moved.Add(1)
		}
	}()
	for audits := 0; audits < 300 || moved.Load() < 300; audits++ {
		sum, err := b.audit(ctx)
		require.NoError(t, err)
		require.Equal(t, 50*opening, sum)
	}
}

func TestTransferIsAllOrNothing(t *testing.T) {
	b := newBank(2)
	require.NoError(t, b.transfer(t.Context(), 0, 1, opening))
	require.ErrorIs(t, b.transfer(t.Context(), 0, 1, 1), errFunds)
	require.NoError(t, b.transfer(t.Context(), 1, 1, 5), "to itself")
	require.Equal(t, []int{0, 2 * opening}, b.accounts.Snapshot())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.work(ended, 2, 10)
	require.ErrorIs(t, err, context.Canceled)
}

func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-accounts", "10", "-tellers", "3", "-transfers", "1000"}, &out))
	require.Contains(t, out.String(), "1000 transfers by 3 tellers")
	require.Contains(t, out.String(), "each found 10000")
	for flags, text := range map[string]string{
		"-accounts 1": "-accounts is 1", "-tellers 0": "-tellers is 0", "-transfers -1": "-transfers is -1",
		"please": `unexpected argument "please"`,
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(flags), &out), text)
	}
}
