package trial

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// made is a workload on one variable with the given step.
func made(step func(ctx context.Context, h *workload.Hand) error) *workload.Workload {
	return &workload.Workload{Name: "made", Least: 1, Make: func(int, *rand.Rand) *workload.Instance {
		return &workload.Instance{Initial: []int64{0}, Step: step, Check: func(func(int) int64) error { return nil }}
	}}
}

func TestLostWakeupIsFound(t *testing.T) {
	r := try(t, Config{Engine: memory.Weft, Hands: 2, Attempts: 1000, Patience: 200 * time.Millisecond, Workload: made(
		func(ctx context.Context, h *workload.Hand) error {
			return h.Update(ctx, "made", func(tx workload.Tx) error {
				tx.Get(0)
				tx.Retry() // nobody will ever write
				return nil
			})
		})})
	require.Len(t, r.Violations, 1)
	require.Contains(t, r.Violations[0], "no transaction has ended for 200ms")
	require.Contains(t, r.Violations[0], "goroutine", "with the stacks")
	require.NotZero(t, r.Attempts, "the hands could be stopped, so the history was decided")
}

func TestHandsThatCannotBeStopped(t *testing.T) {
	release, left := make(chan struct{}), make(chan struct{})
	r := try(t, Config{Engine: memory.Weft, Hands: 1, Attempts: 1000, Patience: 200 * time.Millisecond, Workload: made(
		func(context.Context, *workload.Hand) error {
			<-release
			close(left)
			return context.Canceled
		})})
	close(release)
	<-left
	require.Len(t, r.Violations, 1)
	require.Equal(t, "not decided", r.Guarantee)
}

func TestPanicOfAHandIsFound(t *testing.T) {
	r := try(t, Config{Engine: memory.Weft, Hands: 1, Attempts: 1000, Workload: made(
		func(ctx context.Context, h *workload.Hand) error {
			return h.Update(ctx, "made", func(tx workload.Tx) error {
				if tx.Get(0) == 0 {
					panic("index out of range")
				}
				return nil
			})
		})})
	require.Len(t, r.Violations, 1)
	require.Contains(t, r.Violations[0], "hand 0: panic: index out of range")
	require.Contains(t, r.Violations[0], "failure_test.go")
	require.Equal(t, "opacity", r.Guarantee, "nothing of it is left in the history")
}

func TestUnexpectedErrorIsFound(t *testing.T) {
	r := try(t, Config{Engine: memory.Weft, Hands: 1, Attempts: 1000, Workload: made(
		func(context.Context, *workload.Hand) error { return errors.New("strange") })})
	require.Contains(t, r.Violations[0], "strange")
}

// TestDeadline ends a run like any other end of its context.
func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	ring, err := workload.Find("ring")
	require.NoError(t, err)
	r, err := Run(ctx, Config{Workload: ring, Engine: memory.Weft, Hands: 4, Attempts: 1 << 40})
	require.NoError(t, err)
	require.Empty(t, r.Violations)
}

// TestCancelOutOfNowhere: the error of a context that has not ended.
func TestCancelOutOfNowhere(t *testing.T) {
	r := try(t, Config{Engine: memory.Weft, Hands: 1, Attempts: 1000, Workload: made(
		func(context.Context, *workload.Hand) error { return context.Canceled })})
	require.Contains(t, r.Violations[0], "an error out of nowhere: context canceled")
}

func TestViolationIsSavedAndCanBeReplayed(t *testing.T) {
	bank, err := workload.Find("bank")
	require.NoError(t, err)
	r := try(t, Config{Workload: bank, Engine: memory.None, Hands: 4, Noise: Noise{Yields: 10}, Attempts: 100_000, SaveDir: t.TempDir()})
	require.False(t, r.Holds())
	f, err := os.Open(r.File)
	require.NoError(t, err)
	defer f.Close()
	h, err := history.Load(f)
	require.NoError(t, err)
	require.Equal(t, Note{Code(r.Replay), r.Violations}, NoteOf(h))
	c, err := Code(r.Replay).Config()
	require.NoError(t, err)
	require.Equal(t, Config{Workload: bank, Engine: memory.None, Procs: r.Procs, Hands: 4, Noise: Noise{Yields: 10}, Seed: r.Seed}, c)

	r = try(t, Config{Workload: bank, Engine: memory.None, Hands: 4, Noise: Noise{Yields: 10}, Attempts: 100_000, SaveDir: r.File})
	require.Empty(t, r.File)
	require.Contains(t, r.Unsaved, "not a directory")
}

func TestResultsAddUp(t *testing.T) {
	good := func() *Result {
		return &Result{Attempts: 10, Aborted: 4, MostInARow: 3, Seed: 1, Replay: "good", Events: Events{Restarts: 4}}
	}
	sum := good()
	sum.Add(good())
	require.True(t, sum.Holds())
	require.EqualValues(t, 20, sum.Attempts)
	require.InDelta(t, 0.4, sum.AbortRate(), 1e-9)
	require.EqualValues(t, 8, sum.Events.Of(workload.Conflict))
	require.Equal(t, "opacity", sum.Guarantee)

	bad := &Result{Attempts: 5, Violations: []string{"x", "y"}, More: 1, Replay: "bad", broken: history.Strictness}
	sum.Add(bad)
	require.Equal(t, "bad", sum.Replay, "the trial to look at")
	require.Equal(t, "serializability", sum.Guarantee)
	sum.Add(bad)
	sum.Add(good())
	require.Len(t, sum.Violations, 2)
	require.Equal(t, 1+2+1, sum.More)
	require.Equal(t, "serializability", sum.Guarantee)
	require.Equal(t, "none", (&Result{Attempts: 1, broken: history.Serializability}).guarantee())
	require.Equal(t, "strict serializability", (&Result{Attempts: 1, broken: history.Opacity}).guarantee())
}

// TestWindowsAreBounded: a longer run has more windows, not longer ones.
func TestWindowsAreBounded(t *testing.T) {
	bank, err := workload.Find("bank")
	require.NoError(t, err)
	r := try(t, Config{Workload: bank, Engine: memory.Weft, Hands: 4, Noise: Noise{Yields: 5}, Attempts: 20_000, Window: 2000})
	require.GreaterOrEqual(t, r.Windows, 9)
	require.Empty(t, r.Violations)
}

func TestUnknownEngine(t *testing.T) {
	_, err := Run(ctx, Config{Workload: workload.All()[0], Engine: "nothing"})
	require.ErrorContains(t, err, "no engine")
}
