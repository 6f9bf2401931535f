package history

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAnomaliesByTheirNames holds the names of the literature: Adya's G0 to
// G-single, and those that everybody uses. Each history is the textbook's.
func TestAnomaliesByTheirNames(t *testing.T) {
	for _, tt := range []struct{ name, level, script string }{
		// Two transactions overwrite one another's x and y in opposite orders.
		{"G0", "serializability", "b1 b2 u1(x0) u2(x1) u2(y0) u1(y2) c1 c2"},
		// What is read never was to be: the writer aborts.
		{"G1a", "serializability", "b1 u1(x0) b2 r2(x1) c2 a1"},
		// What is read is not what its writer leaves behind.
		{"G1b", "serializability", "b1 w1(x) b2 r2(x1.1) c2 w1(x) c1@1"},
		// Each reads what the other writes.
		{"G1c", "serializability", "b1 b2 u1(x0) u2(y0) r1(y2) r2(x1) c1 c2"},
		// x from before another transaction, y from after it.
		{"G-single", "serializability", "b1 r1(x0) b2 u2(x0) u2(y0) c2 r1(y2) c1"},
		// Three transactions, each of which misses the next one's write.
		{"G2-item", "serializability", "b1 b2 b3 r1(x0) r2(y0) r3(z0) u1(y0) u2(z0) u3(x0) c1 c2 c3"},
		{"write skew", "serializability", "b1 r1(x0) r1(y0) b2 r2(x0) r2(y0) u1(x0) u2(y0) c1 c2"},
		{"lost update", "serializability", "b1 r1(x0) b2 r2(x0) u1(x0) c1 u2(x0) c2"},
		{"unrepeatable read", "serializability", "b1 r1(x0) b2 u2(x0) c2 r1(x2) c1"},
		// The writer has returned before the reader begins.
		{"stale read", "strict serializability", "b1 u1(x0) c1 b2 r2(x0) c2"},
		{"real-time inversion", "strict serializability", "b1 w1(x) c1@2 b2 w2(x) c2@1"},
		// As G-single, by an attempt that will be undone.
		{"zombie read", "opacity", "b1 r1(x0) b2 u2(x0) u2(y0) c2 r1(y2) a1"},
		{"stale zombie read", "opacity", "b1 u1(x0) c1 b2 r2(x0) a2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := play(t, tt.script).Check()
			require.Len(t, r.Violations, 1, r)
			v := r.Violations[0]
			require.True(t, v.Anomaly.String() == tt.name || strings.HasPrefix(v.Anomaly.String(), tt.name+": "), "%v", v.Anomaly)
			require.Equal(t, tt.level, v.Level.String())
			require.Contains(t, r.String(), v.Anomaly.String()+" (", "the report says it")
			require.Contains(t, r.String(), "breaks "+tt.level)
			require.ErrorContains(t, r.Err(), tt.name)
		})
	}
}

// TestPhantomsAreReads: the recorder knows variables only. A scan is the reads
// of all of them, so the anomalies of predicates show as those of items.
func TestPhantomsAreReads(t *testing.T) {
	// Both count the free places among x, y and z, and take different ones.
	r := play(t, "b1 r1(x0) r1(y0) r1(z0) b2 r2(x0) r2(y0) r2(z0) u1(x0) u2(y0) c1 c2").Check()
	require.ErrorIs(t, r.Err(), WriteSkew)
	// One counts, another takes a place meanwhile and tells a third.
	r = play(t, "b1 r1(x0) r1(y0) b2 u2(y0) u2(z0) c2 r1(z2) c1").Check()
	require.ErrorIs(t, r.Err(), GSingle)
}

// TestTheWeakestGuaranteeBrokenDecides which cycles are shown. What one attempt
// saw by itself is reported besides, at its own level.
func TestTheWeakestGuaranteeBrokenDecides(t *testing.T) {
	stale := " b5 u5(u0) c5 b6 r6(u0) c6"
	zombie := " b7 r7(v0) b8 u8(v0) u8(z0) c8 r7(z8) a7"
	skew := " b1 b2 r1(x0) r1(y0) r2(x0) r2(y0) u1(x0) u2(y0) c1 c2"
	garbage := " b9 r9(x?) a9"
	for _, tt := range []struct {
		script string
		holds  Level
		want   []Anomaly
	}{
		{zombie, Strictness, []Anomaly{ZombieRead}},
		{garbage, Strictness, []Anomaly{Garbage}},
		{stale + zombie, Serializability, []Anomaly{StaleRead}},
		{stale + zombie + garbage, Serializability, []Anomaly{Garbage, StaleRead}},
		{stale + zombie + skew, 0, []Anomaly{WriteSkew}},
		{garbage + skew + zombie, 0, []Anomaly{Garbage, WriteSkew}},
	} {
		r := play(t, tt.script).Check()
		var found []Anomaly
		for _, v := range r.Violations {
			found = append(found, v.Anomaly)
		}
		require.Equal(t, tt.want, found, "%v", r)
		for l := Serializability; l <= Opacity; l++ {
			require.Equal(t, l <= tt.holds, r.Holds(l), "%v in\n%v", l, r)
		}
	}
}
