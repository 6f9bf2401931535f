package model_test

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/stm"
)

// compare runs the transactions in data, one after another, on the model and
// on the real thing.
func compare(t require.TestingT, data []byte) (seen outcomes) {
	m, w := newStores([variables]int{1, 2, 3, 4})
	for _, p := range parse(data) {
		body := func(m machine, t *trace) error { return p.run(m, t) }
		want, _ := m.run(body)
		got := w.run(body)
		require.Equal(t, want, got, "%s\nin %s", p, hex.EncodeToString(data))
		seen.count(want)
	}
	return seen
}

// outcomes counts how transactions ended: a test that saw only one kind has
// shown little.
type outcomes struct{ committed, blocked, failed int }

func (o *outcomes) count(r result) {
	switch {
	case r.blocked:
		o.blocked++
	case r.err != nil:
		o.failed++
	default:
		o.committed++
	}
}

// TestProgramsMatchTheModel: any sequence of transactions, each by itself.
func TestProgramsMatchTheModel(t *testing.T) {
	var all outcomes
	rapid.Check(t, func(t *rapid.T) {
		seen := compare(t, rapid.SliceOfN(rapid.Byte(), 100, 400).Draw(t, "program"))
		all.committed += seen.committed
		all.blocked += seen.blocked
		all.failed += seen.failed
	})
	require.NotZero(t, all.committed)
	require.NotZero(t, all.blocked)
	require.NotZero(t, all.failed)
	t.Logf("%+v", all)
}

// TestRandomPrograms is the same with many large programs.
func TestRandomPrograms(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %#x", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	data := make([]byte, 600)
	var all outcomes
	for range 2000 {
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		seen := compare(t, data)
		all.committed += seen.committed
		all.blocked += seen.blocked
		all.failed += seen.failed
	}
	require.Greater(t, min(all.committed, all.blocked, all.failed), 1000, "%+v", all)
}

// FuzzPrograms is the same, for the fuzzer to find its way.
func FuzzPrograms(f *testing.F) {
	for _, seed := range []string{
		"", "000000", "03010005020103",
		"050b00020102010a000301020109000000", // orElse of a retry
		"050c00000202010701000a0000",         // nested that fails
		"040401070301050000010b01020204010903",
		"0503010403010503000105010404010703", // add and commute, mixed
		"050f01010201010401020e000d0001020a0000",
	} {
		data, err := hex.DecodeString(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { compare(t, data) })
}

// TestIrrevocablePrograms do the same as others as long as nothing retries.
func TestIrrevocablePrograms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 100, 200).Draw(t, "program")
		for i := range data {
			if c := code(data[i]) % codes; c == retry || c == check {
				data[i] = 0
			}
		}
		m, w := newStores([variables]int{2, 4, 6, 8})
		for _, p := range parse(data) {
			if retries(p) {
				continue
			}
			body := func(m machine, t *trace) error { return p.run(m, t) }
			want, _ := m.run(body)
			require.Equal(t, want, w.run(body, stm.Irrevocable()), "%s", p)
		}
	})
}

func retries(p program) bool {
	for _, in := range p {
		if in.code == retry || in.code == check {
			return true
		}
		for _, b := range in.blocks {
			if retries(b) {
				return true
			}
		}
	}
	return false
}

// TestWaitSets: a blocked transaction sleeps through writes of what it has not
// read, and wakes by a write of any one variable that it has.
func TestWaitSets(outer *testing.T) {
	blocked := 0
	rapid.Check(outer, func(t *rapid.T) {
		m, w := newStores([variables]int{1, 3, 5, 7})
		data := rapid.SliceOfN(rapid.Byte(), 10, 80).Draw(t, "program")
		for _, p := range parse(data) {
			// Retried at the end, so that each of them blocks.
			body := func(m machine, t *trace) error {
				if err := p.run(m, t); err != nil {
					return err
				}
				m.Retry()
				return nil
			}
			r, reads := m.run(body)
			if !r.blocked || len(reads) == 0 {
				continue
			}
			blocked++
			for i := range w {
				want := 1
				if reads[i] {
					want = 2
				}
				var got int
				synctest.Test(outer, func(*testing.T) { got = attemptsAfterWrite(w, i, body) })
				require.Equal(t, want, got, "variable %d, which is read: %t\n%s", i, reads[i], p)
			}
		}
	})
	require.NotZero(outer, blocked, "no program blocked")
}

// attemptsAfterWrite lets body block, writes variable i, and returns how often
// body ran in all.
func attemptsAfterWrite(w *weftStore, i int, body func(m machine, t *trace) error) (attempts int) {
	own, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = stm.Atomically(own, func(tx *stm.Tx) error {
			attempts++
			return body(onWeft{tx, w}, new(trace))
		})
	}()
	synctest.Wait()
	w[i].Store(w[i].Load()) // a write, though of the same value
	synctest.Wait()
	defer func() { cancel(); <-done }()
	return attempts
}
