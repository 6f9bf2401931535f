package console

import (
	"strings"
	"testing"
	"time"

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

func TestDisplayOnTerminal(t *testing.T) {
	var b strings.Builder
	d := NewDisplay(&b)
	d.live = true
	d.Stage("first", 10)
	d.Step(10, "x")
	d.Step(12, "y")
	d.End()
	d.End()
	require.Contains(t, b.String(), "first")
	require.NotContains(t, b.String(), "\n", "one line, drawn anew")
}
