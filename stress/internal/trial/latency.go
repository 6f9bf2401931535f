package trial

import (
	"math"
	"time"
)

// A Latency is a distribution of durations, in buckets a fifth wider each.
type Latency struct {
	counts [latencyBuckets]int64
}

const (
	latencyBuckets = 128
	latencyGrowth  = 1.2
)

var latencyScale = 1 / math.Log(latencyGrowth)

func (l *Latency) note(d time.Duration) {
	l.counts[bucketOf(d)]++
}

func bucketOf(d time.Duration) int {
	return min(latencyBuckets-1, int(math.Log(max(1, float64(d)))*latencyScale))
}

// Add adds the durations of another distribution.
func (l *Latency) Add(o *Latency) {
	for i, n := range o.counts {
		l.counts[i] += n
	}
}

// Count returns the number of durations.
func (l *Latency) Count() (n int64) {
	for _, c := range l.counts {
		n += c
	}
	return n
}

// Quantile returns a duration that a share of all does not exceed, to a fifth;
// 0 if there is none.
func (l *Latency) Quantile(share float64) time.Duration {
	need := int64(math.Ceil(share * float64(l.Count())))
	for i, n := range l.counts {
		if need -= n; n > 0 && need <= 0 {
			return time.Duration(math.Pow(latencyGrowth, float64(i+1)))
		}
	}
	return 0
}

// Curve returns for each duration that occurred, in order, the share of all
// that do not exceed it.
func (l *Latency) Curve() (durations []time.Duration, shares []float64) {
	all, sum := float64(l.Count()), int64(0)
	for i, n := range l.counts {
		if n > 0 {
			sum += n
			durations = append(durations, time.Duration(math.Pow(latencyGrowth, float64(i+1))))
			shares = append(shares, float64(sum)/all)
		}
	}
	return durations, shares
}
