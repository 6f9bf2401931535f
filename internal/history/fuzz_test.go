package history

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// decode makes a small history of any bytes: what a program says, and with it
// tokens that no correct memory would return.
//
//	byte 0     low bit: commit versions are given
//	each pair  a: event (3 bits), worker (2), variable (2), a step of time or none (1)
//	           b: which of the tokens known so far
func decode(data []byte) *History {
	const vars, workers, most = 3, 3, 7
	h := New(vars, workers)
	if len(data) == 0 {
		return h
	}
	numbered := data[0]&1 != 0
	tokens := []Token{None, makeToken(workers, 0, 0), makeToken(0, 50, 2)}
	for v := range vars {
		tokens = append(tokens, h.Initial(v))
	}
	times := make([]timeline, workers)
	now := int64(0)
	for data = data[1:]; len(data) >= 2 && h.Attempts() < most; data = data[2:] {
		a, b := data[0], data[1]
		w := int(a>>3) & 3 % workers
		now += int64(a >> 7)
		times[w].around(h.Log(w), now, func(l *Log) {
			tok := perform(l, a&7, int(a>>5)&3%vars, tokens[int(b)%len(tokens)], numbered, uint64(b))
			if tok != None {
				tokens = append(tokens, tok)
			}
		})
	}
	for w, l := range h.logs {
		if l.open {
			times[w].around(l, now+1, (*Log).Abort)
		}
		times[w].stamp(l)
	}
	return h
}

// perform does one event, or begins an attempt where there is none.
func perform(l *Log, event byte, v int, tok Token, numbered bool, version uint64) Token {
	switch {
	case event == 0 || !l.open:
		l.Begin()
	case event == 1 || event == 2:
		l.Read(v, tok)
	case event == 3:
		return l.Write(v, tok)
	case event == 4 && numbered:
		return l.Write(v, None)
	case event == 5:
		l.Rollback(l.Mark() / 2)
	case event == 6:
		l.Abort()
	case numbered:
		l.Commit(1 + version)
	default:
		l.Commit(0)
	}
	return None
}

// A timeline keeps the synthetic stamps of one log, by the recorder's rules: a
// synctest bubble for every input would be too slow.
type timeline struct {
	begins, ends []int64
	last         int64
}

func (tl *timeline) around(l *Log, now int64, event func(*Log)) {
	n, open := l.attempts.n, l.open
	event(l)
	if open && (!l.open || l.attempts.n > n) {
		tl.ends = append(tl.ends, now)
	}
	if l.attempts.n > n {
		begin := now
		if open {
			begin = tl.last
		}
		tl.begins = append(tl.begins, begin)
	}
	tl.last = now
}

func (tl *timeline) stamp(l *Log) {
	for i := range l.attempts.n {
		l.attempts.at(i).begin, l.attempts.at(i).end = tl.begins[i], tl.ends[i]
	}
}

// FuzzCheck decides any small history like brute force, and alike when saved and
// loaded.
func FuzzCheck(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0x00, 0, 0x08, 0, 0x03, 3, 0x0b, 3, 0x07, 0, 0x0f, 0})
	f.Add([]byte{1, 0x00, 0, 0x04, 0, 0x87, 1, 0x88, 0, 0x09, 3, 0x0f, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		h := decode(data)
		r := h.Check()
		if r.Unordered > 0 {
			return // sound but weaker: brute force knows no order at all
		}
		for l := Serializability; l <= Opacity; l++ {
			require.Equal(t, holds(h, l), r.Holds(l), "%v\n%v", l, r)
		}
		loaded, err := Load(bytes.NewReader(save(t, h)))
		require.NoError(t, err)
		sameVerdict(t, r, loaded.Check())
	})
}

// FuzzLoad must neither fail nor hang on any bytes, whatever it then checks.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"opaque.history", "zombie.history"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(fileMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := Load(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, ErrFormat)
			return
		}
		require.NotEmpty(t, h.Check().String())
	})
}

// TestSavedFilesStayReadable holds the format: these files were saved once and
// are never written again.
func TestSavedFilesStayReadable(t *testing.T) {
	for name, want := range map[string]error{"opaque.history": nil, "zombie.history": ZombieRead} {
		file, err := os.Open(filepath.Join("testdata", name))
		require.NoError(t, err)
		h, err := Load(file)
		require.NoError(t, file.Close())
		require.NoError(t, err, name)
		require.ErrorIs(t, h.Check().Err(), want, name)
		require.NotEmpty(t, h.Note)
		require.Equal(t, "x", h.label(0))
	}
}
