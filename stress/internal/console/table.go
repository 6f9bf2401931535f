package console

import (
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table draws rows under a title. Cells that are numbers, or begin with one,
// stand to the right.
func Table(title string, header []string, rows [][]string) string {
	w := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.SeparateRows = false
	w.SetStyle(style)
	w.AppendHeader(row(header))
	for _, r := range rows {
		w.AppendRow(row(r))
	}
	configs := make([]table.ColumnConfig, len(header))
	for i := range header {
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: widest, WidthMaxEnforcer: text.WrapSoft}
		if len(rows) > 0 && i < len(rows[0]) && numeric(rows[0][i]) {
			configs[i].Align = text.AlignRight
			configs[i].AlignHeader = text.AlignRight
		}
	}
	w.SetColumnConfigs(configs)
	return title + "\n" + w.Render() // a title inside would be broken anywhere
}

// widest is the width of a column at most; longer cells are wrapped.
const widest = 44

func row(cells []string) table.Row {
	r := make(table.Row, len(cells))
	for i, c := range cells {
		r[i] = c
	}
	return r
}

func numeric(s string) bool { return s == "–" || s != "" && s[0] >= '0' && s[0] <= '9' }

// Count writes a number with separators of thousands.
func Count[N ~int | ~int64 | ~uint64](n N) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Short writes a number in three digits or so.
func Short[N ~int | ~int64 | ~uint64](n N) string {
	x := float64(n)
	for _, unit := range []string{"", "k", "M", "G"} {
		switch {
		case unit == "" && x < 10_000:
			return fmt.Sprint(n)
		case unit != "" && x < 10:
			return fmt.Sprintf("%.2f%s", x, unit)
		case unit != "" && x < 100:
			return fmt.Sprintf("%.1f%s", x, unit)
		case unit != "" && x < 1000:
			return fmt.Sprintf("%.0f%s", x, unit)
		}
		x /= 1000
	}
	return Count(n)
}

// Percent writes a share.
func Percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// Ratio writes how many times one is the other; a dash where it is not known.
func Ratio(x float64) string {
	if x == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f×", x)
}

// Time writes a duration in three digits or so.
func Time(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(10 * time.Nanosecond).String()
}
