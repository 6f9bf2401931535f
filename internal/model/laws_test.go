package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A law says that two ways to combine parts are the same.
type law struct {
	name        string
	left, right func(m machine, p, q, r part) error
}

type part = func() error

func wait(m machine) part { return func() error { m.Retry(); return nil } }

var laws = []law{
	{"Retry is a left identity of OrElse",
		func(m machine, p, _, _ part) error { return m.OrElse(wait(m), p) },
		func(m machine, p, _, _ part) error { return m.OrElse(p) }},
	{"Retry is a right identity of OrElse",
		func(m machine, p, _, _ part) error { return m.OrElse(p, wait(m)) },
		func(m machine, p, _, _ part) error { return m.OrElse(p) }},
	{"OrElse associates to the left",
		func(m machine, p, q, r part) error {
			return m.OrElse(func() error { return m.OrElse(p, q) }, r)
		},
		func(m machine, p, q, r part) error { return m.OrElse(p, q, r) }},
	{"OrElse associates to the right",
		func(m machine, p, q, r part) error {
			return m.OrElse(p, func() error { return m.OrElse(q, r) })
		},
		func(m machine, p, q, r part) error { return m.OrElse(p, q, r) }},
	{"one alternative is the part itself",
		func(m machine, p, _, _ part) error { return m.OrElse(p) },
		func(m machine, p, _, _ part) error { return m.Nested(p) }},
	{"an alternative twice is that alternative",
		func(m machine, p, _, _ part) error { return m.OrElse(p, p) },
		func(m machine, p, _, _ part) error { return m.OrElse(p) }},
	{"a part whose error goes on is its body",
		func(m machine, p, _, _ part) error { return m.Nested(p) },
		func(_ machine, p, _, _ part) error { return p() }},
	{"a part of a part is the part",
		func(m machine, p, _, _ part) error { return m.Nested(func() error { return m.Nested(p) }) },
		func(m machine, p, _, _ part) error { return m.Nested(p) }},
	{"nothing follows a Retry",
		func(m machine, p, _, _ part) error { m.Retry(); return p() },
		func(m machine, _, _, _ part) error { m.Retry(); return nil }},
	{"nothing follows OrElse of nothing",
		func(m machine, p, _, _ part) error { _ = m.OrElse(); return p() },
		func(m machine, _, _, _ part) error { m.Retry(); return nil }},
	{"a part that fails does nothing",
		func(m machine, p, q, _ part) error {
			_ = m.Nested(func() error {
				if err := p(); err != nil {
					return err
				}
				return errFail
			})
			return q()
		},
		func(m machine, p, q, _ part) error {
			_ = m.OrElse(func() error { _ = p(); return errFail })
			return q()
		}},
}

// TestLaws of composition, on the model and on the real thing: both sides end
// in the same way, leave the same values, wait for the same variables, and run
// the same commit hooks. That the two agree within one side is another test's
// business, but it costs nothing here.
func TestLaws(t *testing.T) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var parts [3]program
				for i, name := range []string{"p", "q", "r"} {
					if ps := parse(rapid.SliceOfN(rapid.Byte(), 12, 90).Draw(t, name)); len(ps) > 0 {
						parts[i] = ps[0]
					}
				}
				side := func(combine func(m machine, p, q, r part) error) (result, map[int]bool) {
					body := func(m machine, tr *trace) error {
						return combine(m,
							func() error { return parts[0].run(m, tr) },
							func() error { return parts[1].run(m, tr) },
							func() error { return parts[2].run(m, tr) })
					}
					m, w := newStores([variables]int{1, 2, 3, 4})
					want, reads := m.run(body)
					require.Equal(t, want, w.run(body))
					want.trace = commitHooks(want.trace)
					return want, reads
				}
				left, leftReads := side(l.left)
				right, rightReads := side(l.right)
				require.Equal(t, right, left)
				require.Equal(t, rightReads, leftReads)
			})
		})
	}
}

// commitHooks is the part of a trace that outlives its transaction: a part that
// is run twice leaves its reads in the trace twice.
func commitHooks(t trace) (hooks trace) {
	for _, s := range t {
		if len(s) > 6 && s[:6] == "commit" {
			hooks = append(hooks, s)
		}
	}
	return hooks
}

// TestLeftBias: the first alternative that can go ahead does, and the others
// are not even looked at: what they read is not waited for or validated.
func TestLeftBias(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w := newStores([variables]int{2, 4, 6, 8})
		i, j := rapid.IntRange(0, variables-1).Draw(t, "i"), rapid.IntRange(0, variables-1).Draw(t, "j")
		ran := 0
		body := func(m machine, _ *trace) error {
			return m.OrElse(
				func() error { m.Set(i, m.Get(i)+1); return nil },
				func() error { ran++; m.Set(j, m.Get(j)+1); return nil })
		}
		want, reads := m.run(body)
		require.Equal(t, want, w.run(body))
		require.Equal(t, map[int]bool{i: true}, reads)
		require.Zero(t, ran)
	})
}
