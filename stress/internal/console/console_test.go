package console

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMachine(t *testing.T) {
	m := ThisMachine(250)
	require.NotEmpty(t, m.CPU)
	require.NotZero(t, m.Cores)
	for _, part := range []string{m.CPU, m.Go, "GOGC=250", "GOMAXPROCS="} {
		require.Contains(t, m.String(), part)
	}
}

func TestHeap(t *testing.T) {
	h := Heap()
	require.Greater(t, h, uint64(1<<14))
	require.Less(t, h, uint64(1<<32))
}

func TestNumbers(t *testing.T) {
	require.Equal(t, "0", Count(0))
	require.Equal(t, "999", Count(999))
	require.Equal(t, "1,000", Count(1000))
	require.Equal(t, "12,345,678", Count(uint64(12345678)))
	require.Equal(t, "-123", Count(-123))
	require.Equal(t, "-1,234", Count(-1234))
	require.Equal(t, "–", Ratio(0))
	require.Equal(t, "1.50×", Ratio(1.5))
	require.Equal(t, "12.3%", Percent(0.1234))
	require.Equal(t, "1.23s", Time(1234*time.Millisecond))
	require.Equal(t, "12.3s", Time(12345*time.Millisecond))
	require.Equal(t, "1.23ms", Time(1234*time.Microsecond))
	require.Equal(t, "1.23µs", Time(1234*time.Nanosecond))
}

func TestTable(t *testing.T) {
	s := Table("100%", []string{"name", "n"}, [][]string{{"a", "1"}, {"b", "1,234"}})
	require.Contains(t, s, "100%\n┌")
	require.Contains(t, s, "│ name │     n │")
	require.Contains(t, s, "│ a    │     1 │")
}

func TestDisplayWithoutTerminal(t *testing.T) {
	var b strings.Builder
	d := NewDisplay(&b)
	d.Stage("first", 10)
	d.Step(1, "soon after")
	d.spoken = d.spoken.Add(-every)
	d.Step(2, "later")
	d.Stage("second", 10)
	d.End()
	require.Equal(t, "first …\n  later, 0s\nsecond …\n", b.String())
}

// A screen notes what is written to it, piece by piece.
type screen struct{ pieces []string }

func (s *screen) Write(p []byte) (int, error) {
	s.pieces = append(s.pieces, string(p))
	return len(p), nil
}

var controls = regexp.MustCompile("\r|\x1b\\[[0-9]*[A-Za-z]")

// TestDisplayOnTerminal: one line that is never wider than the terminal, each
// time drawn by one write, so that nobody sees it half.
func TestDisplayOnTerminal(t *testing.T) {
	for _, width := range []int{30, 40, 80, 200} {
		synctest.Test(t, func(t *testing.T) {
			s := &screen{}
			d := NewDisplay(s)
			d.width = func() int { return width }
			d.Stage("a stage", 1000)
			for i := range 1200 { // past the end as well
				time.Sleep(30 * time.Millisecond)
				before := len(s.pieces)
				d.Step(int64(i), "no violation", Short(i*i*i)+" attempts", "123k/s", "philosophers P=16")
				require.LessOrEqual(t, len(s.pieces)-before, 1)
			}
			d.End()
			d.End()
			require.Greater(t, len(s.pieces), 100, "it is drawn again and again")
			require.Less(t, len(s.pieces), 400, "but not each time")
			for _, p := range s.pieces {
				require.NotContains(t, p, "\n")
				require.Less(t, utf8.RuneCountInString(controls.ReplaceAllString(p, "")), width, "%q", p)
			}
			all := strings.Join(s.pieces, "")
			require.True(t, strings.HasSuffix(all, "\r\x1b[K"), "the line is left empty")
			require.Equal(t, width >= 80, strings.Contains(all, "123k/s"), "the last parts are left out first")
			require.Equal(t, width >= 200, strings.Contains(all, "philosophers"))
		})
	}
}

func TestFit(t *testing.T) {
	require.Equal(t, "one, two, three", fit(15, "one", "two", "three"))
	require.Equal(t, "one, two", fit(14, "one", "two", "three"))
	require.Equal(t, "on", fit(2, "one"))
	require.Empty(t, fit(-1, "one"))
}

func TestShort(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 9999: "9999", 12345: "12.3k", 123456: "123k", 1234567: "1.23M", 5e10: "50.0G"} {
		require.Equal(t, want, Short(n))
	}
}
