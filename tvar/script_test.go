package tvar_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/stm"
)

// A script decides what a test does next. Random ones make a property test,
// and so do those that a fuzzer comes up with.
type script struct{ rest []byte }

// next returns a number below n, 0 once the script has ended.
func (s *script) next(n int) int {
	if len(s.rest) == 0 {
		return 0
	}
	b := s.rest[0]
	s.rest = s.rest[1:]
	return int(b) % n
}

// A machine is a structure beside a plain model of it.
type machine interface {
	alone(t testing.TB, s *script)              // does one one-shot operation to both, and compares
	inside(t testing.TB, s *script, tx *stm.Tx) // does one operation in a transaction
	look(t testing.TB, s *script, tx *stm.Tx)   // does one that changes nothing
	save() (restore func())                     // remembers the model
	same(t testing.TB)                          // compares everything
}

// play does what the script says to m: one-shot operations, transactions that
// commit, fail, or have a part that fails, and Views.
func play(t testing.TB, data []byte, m machine) {
	s := &script{data}
	for len(s.rest) > 0 {
		switch s.next(4) {
		case 0, 1:
			m.alone(t, s)
		case 2:
			playUpdate(t, s, m)
		case 3:
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				for range 1 + s.next(4) {
					m.look(t, s, tx)
				}
				return 0, nil
			})
			require.NoError(t, err)
		}
		m.same(t)
	}
}

func playUpdate(t testing.TB, s *script, m machine) {
	restore := m.save()
	fails := s.next(4) == 0
	opts := [][]stm.Option{nil, nil, {stm.Irrevocable()}}[s.next(3)]
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		require.Equal(t, 1, tx.Attempt())
		for range s.next(6) {
			if s.next(6) > 0 {
				m.inside(t, s, tx)
				continue
			}
			back := m.save()
			err := tx.Nested(func(tx *stm.Tx) error {
				m.inside(t, s, tx)
				m.inside(t, s, tx)
				return errBody
			})
			require.ErrorIs(t, err, errBody)
			back()
		}
		if fails {
			return errBody
		}
		return nil
	}, opts...)
	if fails {
		require.ErrorIs(t, err, errBody)
		restore()
	} else {
		require.NoError(t, err)
	}
}

// checkMachine plays random scripts.
func checkMachine(t *testing.T, newMachine func() machine) {
	t.Helper()
	scripts := rapid.SliceOfN(rapid.Byte(), 100, 400)
	rapid.Check(t, func(rt *rapid.T) { play(aborter{t, rt}, scripts.Draw(rt, "script"), newMachine()) })
}

// An aborter is a test that a rapid one stands for.
type aborter struct {
	testing.TB
	rt *rapid.T
}

func (a aborter) Errorf(format string, args ...any) { a.rt.Errorf(format, args...) }
func (a aborter) FailNow()                          { a.rt.FailNow() }
func (a aborter) Helper()                           {}

// fuzzMachine plays the scripts of a fuzzer.
func fuzzMachine(f *testing.F, newMachine func() machine) {
	f.Add([]byte("a transaction here, a View there"))
	f.Add([]byte{2, 1, 0, 5, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0, 3, 1, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) { play(t, data, newMachine()) })
}

// panicsWith runs f, which has to panic with a string that contains text. Any
// other panic is passed on.
func panicsWith(t testing.TB, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		switch v := recover().(type) {
		case string:
			require.Contains(t, v, text)
		case error:
			require.Contains(t, v.Error(), text)
		default:
			require.Fail(t, "no panic", "want one with %q, got %v", text, v)
		}
	}()
	f()
}
