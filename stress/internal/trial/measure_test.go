package trial

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

func TestMeasure(t *testing.T) {
	for _, w := range workload.All() {
		for _, s := range memory.Systems() {
			if s.Broken {
				continue
			}
			c := Config{Workload: w, Engine: s.Name, Hands: 2, Seed: 1, Duration: 10 * time.Millisecond}
			m, err := Measure(ctx, c)
			for err == nil && m.Steps == 0 && c.Duration < 5*time.Second { // a busy machine
				c.Duration *= 4
				m, err = Measure(ctx, c)
			}
			if w.Needs&^s.Features != 0 {
				require.ErrorIs(t, err, ErrUnable)
				continue
			}
			if s.Name == memory.Peer && err != nil {
				require.ErrorAs(t, err, new(*workload.Violated), "it is not opaque, and some bodies notice")
				continue
			}
			require.NoError(t, err, "%s on %s", w.Name, s.Name)
			require.NotZero(t, m.Steps, "%s on %s", w.Name, s.Name)
			require.Positive(t, m.Rate())
			require.NotZero(t, m.Latency.Count())
		}
	}
}

func TestMeasureSeesMissingIsolation(t *testing.T) {
	w, err := workload.Find("bank")
	require.NoError(t, err)
	_, err = Measure(ctx, Config{Workload: w, Engine: memory.None, Hands: 8, Seed: 1, Duration: 20 * time.Second})
	require.ErrorAs(t, err, new(*workload.Violated))
}

func TestMeasureEndsWithContext(t *testing.T) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err := Measure(ended, Config{Workload: workload.All()[0], Engine: memory.Weft, Duration: time.Hour})
	require.ErrorIs(t, err, context.Canceled)
}

func TestLatency(t *testing.T) {
	var l Latency
	require.Zero(t, l.Quantile(0.5))
	for range 90 {
		l.note(time.Microsecond)
	}
	for range 10 {
		l.note(time.Millisecond)
	}
	l.note(0)
	l.note(1 << 62)
	require.EqualValues(t, 102, l.Count())
	require.InEpsilon(t, time.Microsecond, l.Quantile(0.5), latencyGrowth-1)
	require.InEpsilon(t, time.Millisecond, l.Quantile(0.95), latencyGrowth-1)
	durations, shares := l.Curve()
	require.Len(t, durations, 4)
	require.IsIncreasing(t, durations)
	require.IsIncreasing(t, shares)
	require.InDelta(t, 1, shares[3], 1e-9)
}
