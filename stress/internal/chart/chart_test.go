package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"gonum.org/v1/plot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dots(t *testing.T) *Figure {
	f, err := Dots("rates", "rates of two systems", Axis{Label: "per second", Log: true, Reference: 20}, []string{"bank", "ring"}, []Series{
		{Name: "one", Values: []float64{10, 1000}, Low: []float64{5, 900}, High: []float64{20, 1100}},
		{Name: "two", Values: []float64{0, math.NaN()}},
	})
	require.NoError(t, err)
	return f
}

func TestDots(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, dots(t).SVG(&b))
	for _, text := range []string{"bank", "ring", "per second", "one"} {
		require.Contains(t, b.String(), text)
	}
	wellFormed(t, b.String())
}

func wellFormed(t *testing.T, text string) {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

func TestPNG(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, dots(t).PNG(&b))
	m, err := png.Decode(&b)
	require.NoError(t, err)
	require.Greater(t, m.Bounds().Dx(), 400)
}

func TestLines(t *testing.T) {
	f, err := Lines("scale", "rate by workers", Axis{Label: "workers", At: []float64{1, 2, 4}}, Axis{Label: "rate", Log: true},
		[][]float64{{1, 2, 4}, {1}}, []Series{{Name: "weft", Values: []float64{1, 0, 3}}, {Name: "nothing", Values: []float64{0}}})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, f.SVG(&b))
	require.Contains(t, b.String(), "workers")
	require.Contains(t, b.String(), ">weft<", "in the legend")
	require.NotContains(t, b.String(), ">nothing<")
}

func TestTicks(t *testing.T) {
	labels := func(ticks []plot.Tick) (all []string) {
		for _, t := range ticks {
			if t.Label != "" {
				all = append(all, t.Label)
			}
		}
		return all
	}
	require.Equal(t, []string{"100", "200", "500", "1k", "2k", "5k"}, labels(logTicks{}.Ticks(90, 6000)))
	require.Equal(t, []string{"0.01", "0.1", "1", "10", "100", "1k", "10k"}, labels(logTicks{}.Ticks(0.01, 20_000)))
	require.Less(t, len(labels(logTicks{}.Ticks(1e-12, 1e12))), 10, "no crowd")
	require.Equal(t, []string{"1", "2", "1.5M"}, labels(constantTicks{1, 2, 1.5e6}.Ticks(0, 1)))
}

func TestEmptyFigures(t *testing.T) {
	f, err := Dots("none", "none", Axis{Label: "x", Log: true}, nil, nil)
	require.NoError(t, err)
	require.NoError(t, f.SVG(io.Discard))
	f, err = Lines("none", "none", Axis{Label: "x", Log: true}, Axis{Label: "y", Log: true}, nil, nil)
	require.NoError(t, err)
	require.NoError(t, f.SVG(io.Discard))
}

func TestPageStandsAlone(t *testing.T) {
	var b strings.Builder
	p := &Page{Title: "A <report>", About: []string{"on a machine"}, Sections: []Section{{
		Title: "Rates", Figures: []*Figure{dots(t)}, Header: []string{"name", "n"}, Rows: [][]string{{"bank & co", "1"}},
	}}}
	require.NoError(t, p.HTML(&b))
	html := b.String()
	require.Contains(t, html, "A &lt;report&gt;")
	require.Contains(t, html, "bank &amp; co")
	require.Contains(t, html, "<svg")
	require.NotContains(t, html, "<?xml")
	require.NotRegexp(t, `(src|href)="|url\(|@import|<script`, strings.ReplaceAll(html, `xmlns:xlink="http://www.w3.org/1999/xlink"`, ""))
}
