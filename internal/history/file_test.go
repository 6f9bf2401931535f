package history

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func save(t testing.TB, h *History) []byte {
	var b bytes.Buffer
	require.NoError(t, h.Save(&b))
	return b.Bytes()
}

// sameVerdict compares all but the time it took.
func sameVerdict(t testing.TB, want, got *Report) {
	want.Elapsed, got.Elapsed = 0, 0
	require.Equal(t, want.String(), got.String())
	require.Equal(t, want.Final, got.Final)
}

func TestSavedHistoryIsCheckedAlike(t *testing.T) {
	for _, tt := range anomalyScripts {
		h := play(t, tt.script)
		h.Note = "seed 17"
		data := save(t, h)
		l, err := Load(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, "seed 17", l.Note)
		sameVerdict(t, h.Check(), l.Check())
		require.Equal(t, data, save(t, l), "saved again")
	}
}

func TestSavedRandomHistoriesAreCheckedAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(100) {
			p := plant{rng: rand.New(rand.NewPCG(seed, 3)), vars: 3, workers: 4, attempts: 40, blind: seed%2 == 0, chaos: 0.02}
			h := p.grow()
			l, err := Load(bytes.NewReader(save(t, h)))
			require.NoError(t, err, "seed %d", seed)
			sameVerdict(t, h.Check(), l.Check())
		}
	})
}

func TestSavedWindowKeepsItsNumbers(t *testing.T) {
	h := New(1, 1)
	h.Next([]Token{step(h.Log(0), h.Initial(0))})
	step(h.Log(0), h.Initial(0))
	l, err := Load(bytes.NewReader(save(t, h)))
	require.NoError(t, err)
	require.NoError(t, l.Check().Err())
	require.Equal(t, h.Check().Final, l.Check().Final)
}

func TestLoadRefusesWhatIsNoHistory(t *testing.T) {
	pack := func(change func(f *file)) []byte {
		f := file{Initial: []uint64{1}, Labels: []string{"x"}, Logs: []fileLog{{
			Begins: []int64{1}, Ends: []int64{2}, Versions: []uint64{0}, Outcomes: []byte{1}, Sizes: []uint32{1},
			Tokens: []uint64{1}, Vars: []uint32{0}, Kinds: []byte{0},
		}}}
		change(&f)
		b := bytes.NewBufferString(fileMagic)
		z := gzip.NewWriter(b)
		require.NoError(t, gob.NewEncoder(z).Encode(&f))
		require.NoError(t, z.Close())
		return b.Bytes()
	}
	good := pack(func(*file) {})
	_, err := Load(bytes.NewReader(good))
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"nothing":           nil,
		"another file":      []byte("%PDF-1.4 and a good deal more than the magic"),
		"another version":   append([]byte("weft history 0\n"), good[len(fileMagic):]...),
		"magic alone":       []byte(fileMagic),
		"cut short":         good[:len(good)-12],
		"not gob":           gzipped(t, "certainly not gob"),
		"labels":            pack(func(f *file) { f.Labels = nil }),
		"too many workers":  pack(func(f *file) { f.Logs = make([]fileLog, maxWorkers+1) }),
		"ends":              pack(func(f *file) { f.Logs[0].Ends = nil }),
		"kinds":             pack(func(f *file) { f.Logs[0].Kinds = nil }),
		"base":              pack(func(f *file) { f.Logs[0].Base = maxAttempt + 1 }),
		"outcome":           pack(func(f *file) { f.Logs[0].Outcomes[0] = 3 }),
		"size":              pack(func(f *file) { f.Logs[0].Sizes[0] = 2 }),
		"huge size":         pack(func(f *file) { f.Logs[0].Sizes[0] = maxIndex + 2 }),
		"stray operation":   pack(func(f *file) { f.Logs[0].Sizes[0] = 0 }),
		"kind":              pack(func(f *file) { f.Logs[0].Kinds[0] = 3 }),
		"variable":          pack(func(f *file) { f.Logs[0].Vars[0] = 1 }),
		"variable and kind": pack(func(f *file) { f.Logs[0].Vars[0], f.Logs[0].Kinds[0] = 1, undoneBit|1 }),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(bytes.NewReader(data))
			require.ErrorIs(t, err, ErrFormat)
		})
	}
}

func gzipped(t *testing.T, s string) []byte {
	b := bytes.NewBufferString(fileMagic)
	z := gzip.NewWriter(b)
	_, err := io.WriteString(z, s)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// A full disk must not look like a saved history.
type fullDisk struct{ room int }

var errFull = errors.New("disk full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestSaveReportsWriteErrors(t *testing.T) {
	h := play(t, "b1 u1(x0) c1 b2 u2(x1) c2")
	size := len(save(t, h))
	for room := range size {
		require.ErrorIs(t, h.Save(&fullDisk{room: room}), errFull, "%d of %d bytes", room, size)
	}
	require.NoError(t, h.Save(&fullDisk{room: size}))
}
