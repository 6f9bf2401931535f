package history

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// at moves the bubble's clock to n nanoseconds after start.
func at(start time.Time, n int) { time.Sleep(time.Until(start.Add(time.Duration(n)))) }

func TestStampsContainTheTrueInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		l := New(2, 1).Log(0)
		at(start, 10)
		l.Start() // the call
		at(start, 20)
		l.Begin() // its first attempt
		at(start, 30)
		l.Read(0, initialToken(0))
		at(start, 40)
		l.Begin() // restarted: the first attempt ended somewhere in 30 … 40
		at(start, 50)
		l.Write(1, None)
		at(start, 60) // committed before the call returns
		l.Commit(7)
		at(start, 70)
		l.Begin() // no Start: begins at the last event
		at(start, 80)
		l.Abort()

		require.Equal(t, attempt{begin: 10, end: 40, first: 0, outcome: Aborted}, *l.attempts.at(0))
		require.Equal(t, attempt{begin: 30, end: 60, first: 1, outcome: Committed, version: 7}, *l.attempts.at(1))
		require.Equal(t, attempt{begin: 60, end: 80, first: 2, outcome: Aborted}, *l.attempts.at(2))
	})
}

func TestRestartWithoutOperationsBeginsAtTheBodysStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		l := New(1, 1).Log(0)
		at(start, 10)
		l.Start()
		at(start, 20)
		l.Begin()
		at(start, 30)
		l.Begin()
		require.EqualValues(t, 10, l.attempts.at(0).begin)
		require.EqualValues(t, 30, l.attempts.at(0).end)
		require.EqualValues(t, 20, l.attempts.at(1).begin)
		l.Abort()
	})
}

func TestTokensNameTheirWrite(t *testing.T) {
	h := New(3, 5)
	l := h.Log(4)
	l.Begin()
	l.Read(0, h.Initial(0))
	require.Equal(t, "w4#0.1", l.Write(1, None).String())
	l.Begin()
	require.Equal(t, "w4#1.0", l.Write(1, None).String())
	tok := l.Write(2, None)
	require.Equal(t, "w4#1.1", tok.String())
	l.Commit(0)
	require.Equal(t, 4, tok.worker())
	require.EqualValues(t, 1, tok.attempt())
	require.Equal(t, 1, tok.index())

	require.Equal(t, "none", None.String())
	require.Equal(t, "initial(2)", h.Initial(2).String())
	require.Equal(t, -1, h.Initial(2).worker())
	require.Equal(t, 3, h.Vars())
	require.Equal(t, 5, h.Workers())
	require.Equal(t, 2, h.Attempts())
}

func TestTokenLimits(t *testing.T) {
	tok := makeToken(maxWorkers-1, maxAttempt, maxIndex)
	require.Equal(t, maxWorkers-1, tok.worker())
	require.Equal(t, uint64(maxAttempt), tok.attempt())
	require.Equal(t, maxIndex, tok.index())
	require.Panics(t, func() { New(1, maxWorkers+1) })
	require.Panics(t, func() { New(-1, 1) })

	l := New(1, 1).Log(0)
	l.Begin()
	for range maxIndex + 1 {
		l.Read(0, 1)
	}
	require.Panics(t, func() { l.Read(0, 1) })

	l = New(1, 1).Log(0)
	l.base = maxAttempt
	l.Begin()
	require.Panics(t, func() { l.Begin() })
}

func TestOverwrotesAfterTheFact(t *testing.T) {
	h := New(2, 2)
	add := func(l *Log, prev Token) Token {
		l.Start()
		l.Begin()
		tok := l.Write(0, None) // an update applied at commit …
		l.Overwrote(tok, prev)  // … which tells what it was applied to
		l.Commit(0)
		return tok
	}
	first := add(h.Log(0), h.Initial(0))
	second := add(h.Log(1), first)
	r := h.Check()
	require.NoError(t, r.Err())
	require.Equal(t, second, r.Final[0])
	require.Zero(t, r.Unordered)

	add(h.Log(0), first)
	require.ErrorIs(t, h.Check().Err(), LostUpdate)
}

func TestMisuseOfALogPanics(t *testing.T) {
	for name, f := range map[string]func(h *History, l *Log){
		"read without begin":        func(h *History, l *Log) { l.Read(0, 1) },
		"commit without begin":      func(h *History, l *Log) { l.Commit(0) },
		"commit twice":              func(h *History, l *Log) { l.Begin(); l.Commit(0); l.Commit(0) },
		"write after abort":         func(h *History, l *Log) { l.Begin(); l.Abort(); l.Write(0, None) },
		"mark without begin":        func(h *History, l *Log) { l.Mark() },
		"start inside":              func(h *History, l *Log) { l.Begin(); l.Start() },
		"no such variable":          func(h *History, l *Log) { l.Begin(); l.Read(2, 1) },
		"negative variable":         func(h *History, l *Log) { l.Begin(); l.Read(-1, 1) },
		"rollback to the future":    func(h *History, l *Log) { l.Begin(); l.Rollback(1) },
		"rollback before the begin": func(h *History, l *Log) { l.Begin(); l.Rollback(-1) },
		"overwrote another's write": func(h *History, l *Log) { l.Begin(); l.Overwrote(makeToken(1, 0, 0), 1) },
		"overwrote by a read":       func(h *History, l *Log) { l.Begin(); l.Read(0, 1); l.Overwrote(makeToken(0, 0, 0), 1) },
		"overwrote later":           func(h *History, l *Log) { l.Begin(); w := l.Write(0, 0); l.Begin(); l.Overwrote(w, 1) },
		"next inside":               func(h *History, l *Log) { l.Begin(); h.Next(make([]Token, 2)) },
		"next with too few":         func(h *History, l *Log) { h.Next(make([]Token, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			h := New(2, 2)
			require.Panics(t, func() { f(h, h.Log(0)) })
		})
	}
}

func TestRecordingDoesNotAllocateWithinABlock(t *testing.T) {
	h := New(1, 1)
	l := h.Log(0)
	prev := h.Initial(0)
	n := testing.AllocsPerRun(100, func() {
		l.Start()
		l.Begin()
		l.Read(0, prev)
		prev = l.Write(0, prev)
		l.Commit(0)
	})
	require.Zero(t, n)
}

func TestBlocksKeepTheirPlaceAndMemory(t *testing.T) {
	var b blocks[int]
	for i := range 3*blockSize + 7 {
		b.push(i)
	}
	third := b.at(2 * blockSize)
	for i := range b.n {
		require.Equal(t, i, *b.at(i))
	}
	b.reset()
	require.Zero(t, b.n)
	for i := range 3 * blockSize {
		b.push(-i)
	}
	require.Same(t, third, b.at(2*blockSize))
}
