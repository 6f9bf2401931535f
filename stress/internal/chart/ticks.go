package chart

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// logTicks puts labels at decades, or at 1, 2 and 5 of each where there are few.
type logTicks struct{}

// fewDecades is the span up to which decades alone are too few labels.
const fewDecades = 2.5

// Ticks implements plot.Ticker.
func (logTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	first, last := int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	every := max(1, (last-first)/8)
	for e := first; e <= last; e++ {
		for m := 1; m < 10; m++ {
			t := plot.Tick{Value: float64(m) * math.Pow10(e)}
			labelled := m == 1 && (e-first)%every == 0 || (m == 2 || m == 5) && math.Log10(high/low) < fewDecades
			if labelled {
				t.Label = short(t.Value)
			}
			if t.Value >= low*0.999 && t.Value <= high*1.001 {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}

// constantTicks are at these values and nowhere else.
type constantTicks []float64

// Ticks implements plot.Ticker.
func (c constantTicks) Ticks(_, _ float64) (ticks []plot.Tick) {
	for _, v := range c {
		ticks = append(ticks, plot.Tick{Value: v, Label: short(v)})
	}
	return ticks
}

// short writes a number for an axis.
func short(x float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if x >= unit.size*0.999 {
			return fmt.Sprintf("%.3g%s", x/unit.size, unit.name)
		}
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
