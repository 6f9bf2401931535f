package history

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// anomalyScripts are hand-made: each shows one anomaly, which must be found under
// its name and at its level, and nothing else with it.
var anomalyScripts = []struct {
	name   string
	script string
	want   Anomaly
	level  Level
}{
	{"own write missed", "b1 u1(x0) r1(x0) c1", OwnWrite, Serializability},
	{"own write missed by an update", "b1 u1(x0) u1(x0) c1", OwnWrite, Serializability},
	{"own write missed, aborted", "b1 u1(x0) r1(x0) a1", OwnWrite, Opacity},
	{"own write seen after rollback", "b1 m1 u1(x0) k1 r1(x1) c1", OwnWrite, Serializability},
	{"own write lost by rollback", "b1 u1(x0) m1 w1(x) k1 r1(x0) c1", OwnWrite, Serializability},

	{"unrepeatable read", "b1 r1(x0) b2 u2(x0) c2 r1(x2) c1", UnrepeatableRead, Serializability},
	{"unrepeatable read, aborted", "b1 r1(x0) b2 u2(x0) c2 r1(x2) a1", UnrepeatableRead, Opacity},
	{"unrepeatable read by an update", "b1 r1(x0) b2 u2(x0) c2 u1(x2) a1", UnrepeatableRead, Opacity},
	{"unrepeatable read across a rollback", "b1 m1 r1(x0) k1 b2 u2(x0) c2 r1(x2) a1", UnrepeatableRead, Opacity},

	{"aborted read", "b1 u1(x0) b2 r2(x1) a1 c2", G1a, Serializability},
	{"aborted read by an undone attempt", "b1 u1(x0) b2 r2(x1) a1 a2", G1a, Opacity},
	{"aborted read of a restarted attempt", "b1/3 u1(x0) b3/3 b2 r2(x1) c2 c3", G1a, Serializability},
	{"read of a rolled back alternative", "b1 m1 u1(x0) k1 u1(y0) c1 b2 r2(x1) c2", G1a, Serializability},

	{"intermediate read", "b1 w1(x) w1(x) b2 r2(x1.1) c1@1 c2", G1b, Serializability},
	{"intermediate read by an undone attempt", "b1 w1(x) w1(x) b2 r2(x1.1) c1@1 a2", G1b, Opacity},

	{"garbage", "b1 r1(x?) c1", Garbage, Serializability},
	{"garbage: zero", "b1 r1(x!) c1", Garbage, Serializability},
	{"garbage, aborted", "b1 r1(x?) a1", Garbage, Opacity},
	{"another variable's version", "b1 u1(y0) c1 b2 r2(x=y1) c2", Garbage, Serializability},
	{"garbage overwritten", "b1 u1(x?) c1", Garbage, Serializability},

	{"duplicate version", "b1 b2 w1(x) w2(x) c1@5 c2@5", Duplicate, Serializability},

	{"lost update", "b1 b2 u1(x0) u2(x0) c1 c2", LostUpdate, Serializability},
	{"lost update by commit version", "b1 b2 u1(x0) u2(x0) c1@1 c2@2", LostUpdate, Serializability},
	{"lost update of three", "b1 b2 b3 u1(x0) c1 u2(x1) u3(x1) c2 c3", LostUpdate, Serializability},
	{"lost update after a read", "b1 b2 r1(x0) w1(x) r2(x0) w2(x) c1@1 c2@2", LostUpdate, Serializability},
	{"lost blind update", "b1 b2 r1(x0) w2(x) c2@1 u1(x0) c1@2", LostUpdate, Serializability},

	{"write cycle", "b1 b2 u1(x0) u2(x1) u2(y0) u1(y2) c1 c2", G0, Serializability},
	{"circular information flow", "b1 b2 u1(x0) u2(y0) r1(y2) r2(x1) c1 c2", G1c, Serializability},
	{"circular flow of three", "b1 b2 b3 u1(x0) u2(y0) u3(z0) r1(z3) r2(x1) r3(y2) c1 c2 c3", G1c, Serializability},
	{"ring of predecessors", "b1 b2 u1(x2) u2(x1) c1 c2", G0, Serializability},
	{"read skew", "b1 r1(x0) b2 u2(x0) u2(y0) c2 r1(y2) c1", GSingle, Serializability},
	{"read skew through a third", "b1 r1(x0) b2 u2(x0) c2 b3 r3(x2) u3(y0) c3 r1(y3) c1", GSingle, Serializability},
	{"write skew", "b1 b2 r1(x0) r1(y0) r2(x0) r2(y0) u1(x0) u2(y0) c1 c2", WriteSkew, Serializability},
	{"write skew of three", "b1 b2 b3 r1(x0) r2(y0) r3(z0) u1(y0) u2(z0) u3(x0) c1 c2 c3", G2, Serializability},
	{"read-only anomaly", "b1 r1(x0) r1(y0) b2 u2(y0) c2 b3 r3(x0) r3(y2) c3 u1(x0) c1", G2, Serializability},

	{"stale read", "b1 u1(x0) c1 b2 r2(x0) c2", StaleRead, Strictness},
	{"stale read on one worker", "b1/4 u1(x0) c1 b2/4 r2(x0) c2", StaleRead, Strictness},
	{"stale read through a third", "b1 u1(x0) b2 r2(x1) u2(y0) c2 b3 r3(x0) c3 c1", StaleRead, Strictness},
	{"stale snapshot", "b1 u1(x0) u1(y0) c1 b2 r2(x0) r2(y0) u2(z0) c2", StaleRead, Strictness},
	{"versions against real time", "b1 w1(x) c1@2 b2 w2(x) c2@1", Inversion, Strictness},
	{"read of the future", "b1 r1(x2) c1 b2 u2(x0) c2", Inversion, Strictness},

	{"zombie read", "b1 r1(x0) b2 u2(x0) u2(y0) c2 r1(y2) a1", ZombieRead, Opacity},
	{"zombie read, then restarted", "b1/5 r1(x0) b2 u2(x0) u2(y0) c2 r1(y2) b3/5 r3(x2) c3", ZombieRead, Opacity},
	{"zombie read between two writers", "b1 r1(x0) b2 u2(x0) c2 b3 r3(x2) u3(y0) c3 r1(y3) a1", ZombieRead, Opacity},
	{"zombie read in a failed alternative", "b1 m1 r1(x0) k1 b2 u2(x0) u2(y0) c2 r1(y2) a1", ZombieRead, Opacity},
	{"stale zombie read", "b1 u1(x0) c1 b2 r2(x0) a2", StaleZombie, Opacity},
	{"zombies in the wrong order", "b1 u1(x0) b2 r2(x1) a2 b3 r3(x0) a3 c1", StaleZombie, Opacity},
	{"restart that goes back", "b1 u1(x0) b2/6 r2(x1) b3/6 r3(x0) c3 c1", StaleZombie, Opacity},
	{"read of the future, aborted", "b1 r1(x2) a1 b2 u2(x0) c2", StaleZombie, Opacity},
}

func TestAnomalies(t *testing.T) {
	seen := map[Anomaly]bool{}
	for _, tt := range anomalyScripts {
		t.Run(tt.name, func(t *testing.T) {
			r := play(t, tt.script).Check()
			require.NotZero(t, r.Found(tt.want), "want %v in\n%v", tt.want, r)
			require.ErrorIs(t, r.Err(), tt.want)
			for l := Serializability; l <= Opacity; l++ {
				require.Equal(t, l < tt.level, r.Holds(l), "%v\n%v", l, r)
			}
			for _, v := range r.Violations {
				require.Equal(t, tt.want, v.Anomaly, "only this anomaly:\n%v", r)
			}
		})
		seen[tt.want] = true
	}
	for a := OwnWrite; int(a) < anomalies; a++ {
		require.True(t, seen[a], "no script shows %v", a)
	}
}

// TestCorrectHistories must not be accused of anything.
func TestCorrectHistories(t *testing.T) {
	for _, tt := range []struct{ name, script string }{
		{"empty", ""},
		{"one after another", "b1 u1(x0) c1 b2 u2(x1) c2 b3 r3(x2) c3"},
		{"overlapping, read before", "b1 b2 u2(x0) c2 r1(x0) c1"},
		{"overlapping, read after", "b1 b2 u2(x0) c2 r1(x2) c1"},
		{"read before the writer returned", "b1 u1(x0) b2 r2(x1) c2 c1"},
		{"reads own writes", "b1 u1(x0) r1(x1.1) u1(x1.1) r1(x1.2) c1@1 b2 r2(x1) c2"},
		{"rolled back alternative", "b1 r1(x0) m1 u1(x0) r1(x1) k1 r1(x0) u1(y0) c1 b2 r2(x0) r2(y1) c2"},
		{"nested rollbacks", "b1 w1(x) m1 w1(x) m1 w1(x) r1(x1.3) k1 r1(x1.2) k1 r1(x1.1) c1@1 b2 r2(x1.1) c2"},
		{"inner rollback, outer kept", "b1 m1 w1(x) m1 w1(y) k1 r1(x1) r1(y0) c1@1 b2 r2(x1) r2(y0) c2"},
		{"blind writes", "b1 w1(x) b2 w2(x) c1@2 c2@1 b3 r3(x1) c3"},
		{"one blind write", "b1 u1(x0) c1 b2 w2(x) c2 b3 u3(x2) c3 b4 r4(x3) c4"},
		{"read-only snapshot beside writers", "b9 b1 u1(x0) c1 b2 u2(y0) c2 r9(x0) r9(y0) c9"},
		{"aborted write unseen", "b1 u1(x0) a1 b2 r2(x0) u2(x0) c2"},
		{"aborted attempt saw one state", "b1 r1(x0) b2 u2(x0) u2(y0) c2 r1(y0) a1"},
		{"restarted on the new state", "b1/7 r1(x0) b2 u2(x0) c2 b3/7 r3(x2) u3(x2) c3"},
		{"shared commit version", "b1 b2 u1(x0) u2(y0) c1@3 c2@3 b3 r3(x1) r3(y2) c3"},
		{"open attempt nobody saw", "b1 u1(x0) b2 r2(x0) c2"},
		{"open attempt that took effect", "b1 u1(x0) b2 r2(x1) c2 b3 u3(x1) c3"},
		{"read of an overwritten version in time", "b1 r1(x0) b2 u2(x0) c2 c1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := play(t, tt.script).Check()
			require.NoError(t, r.Err())
			require.True(t, r.Holds(Opacity))
		})
	}
}

func TestBlindWritesOfUnknownVersionAreCounted(t *testing.T) {
	r := play(t, "b1 w1(x) c1 b2 w2(x) c2 b3 r3(x1) c3").Check()
	require.NoError(t, r.Err(), "sound: the order is not known")
	require.Equal(t, 2, r.Unordered)
	require.Equal(t, None, r.Final[0])
	require.Contains(t, r.String(), "2 blind writes unordered")

	r = play(t, "b1 w1(x) c1@1 b2 w2(x) c2@2 b3 r3(x1) c3").Check()
	require.ErrorIs(t, r.Err(), StaleRead, "the same with versions")
	require.Zero(t, r.Unordered)
}

func TestFinalVersions(t *testing.T) {
	h := play(t, "b1 u1(x0) u1(x1.1) c1 b2 w2(y) c2@2 b3 w3(y) c3@1 b4 u4(x1) a4 b5 w5(z) c5 b6 u6(z5) c6")
	r := h.Check()
	require.NotErrorIs(t, r.Err(), LostUpdate)
	require.Equal(t, []Token{makeToken(1, 0, 1), makeToken(2, 0, 0), makeToken(6, 0, 0), h.Initial(3), h.Initial(4)}, r.Final)
}

// TestCycleTooLongToShow: giving up the search for a short cycle must not lose
// the violation, or its level.
func TestCycleTooLongToShow(t *testing.T) {
	for _, tt := range anomalyScripts {
		r := play(t, tt.script).check(-1)
		for l := Serializability; l <= Opacity; l++ {
			require.Equal(t, l < tt.level, r.Holds(l), "%s, %v\n%v", tt.name, l, r)
		}
	}
	r := play(t, "b1 r1(x0) b2 u2(x0) u2(y0) c2 r1(y2) a1").check(-1)
	require.Contains(t, r.String(), "2 attempts depend on one another")
}

func TestShortestCycleIsChosen(t *testing.T) {
	// A circle of five around one of two.
	r := play(t, `b1 b2 b3 b4 b5
		u1(x0) u2(y0) u3(z0) u4(u0) u5(v0)
		r2(x1) r3(y2) r4(z3) r5(u4) r1(v5)
		r1(y2)
		c1 c2 c3 c4 c5`).Check()
	require.Len(t, r.Violations, 1)
	require.Len(t, r.Violations[0].Cycle, 2)
}

func TestReportIsReadable(t *testing.T) {
	r := play(t, "b1 r1(x0) b2 u2(x0) u2(y0) c2@9 r1(y2) a1").Check()
	require.Equal(t, "strictly serializable, NOT opaque", r.verdict())
	text := r.String()
	for _, want := range []string{
		"2 attempts (1 committed, 50.00% aborted)",
		"zombie read", "breaks opacity",
		"w1#0       aborted", "w2#0       committed", "version 9",
		"w1#0 -rw x-> w2#0: read initial(0), which the other overwrote with w2#0.0",
		"w2#0 -wr y-> w1#0: wrote w2#0.1, which the other read",
	} {
		require.Contains(t, text, want)
	}
	var v *Violation
	require.True(t, errors.As(r.Err(), &v))
	require.Contains(t, v.Error(), "-wr y->")
	require.Len(t, v.Who, 2)
	require.NotContains(t, v.Error(), "\n")

	stale := play(t, "b1 u1(x0) c1 b2 r2(x0) c2").Check()
	require.Contains(t, stale.String(), "serializable, NOT strictly so")
	require.Contains(t, stale.String(), "ended at 3ns, before the other began at 4ns")
	direct := play(t, "b1 b2 u1(x0) u2(x0) c1 c2").Check()
	require.Contains(t, direct.String(), "NOT serializable")
	require.Contains(t, direct.String(), "variable x: w1#0.0, then w2#0.0")
	restart := play(t, "b1 u1(x0) b2/6 r2(x1) b3/6 r3(x0) c3 c1").Check()
	require.Contains(t, restart.String(), "ran before it on the same worker")
}

func TestManyViolationsAreCountedNotListed(t *testing.T) {
	r := play(t, "b1"+strings.Repeat(" r1(x?) r1(x0)", 5)+" c1").Check()
	require.Equal(t, 5, r.Found(UnrepeatableRead))
	require.Len(t, r.Violations, 1+shown, "and the garbage read")
	require.Contains(t, r.String(), "unrepeatable read: 5 in all")
}

func TestNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for a := OwnWrite; int(a) < anomalies; a++ {
		require.NotEmpty(t, a.String())
		require.NotEmpty(t, a.Meaning())
		require.False(t, seen[a.String()], a)
		require.Equal(t, a.String(), a.Error())
		seen[a.String()] = true
	}
}
