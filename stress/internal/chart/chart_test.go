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
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dots(t *testing.T) *Figure {
	f, err := Dots("rates", "rates of two systems", Axis{"per second", true}, []string{"bank", "ring"}, []Series{
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
	f, err := Lines("scale", "rate by workers", Axis{"workers", false}, Axis{"rate", true},
		[][]float64{{1, 2, 4}, {1}}, []Series{{Name: "weft", Values: []float64{1, 0, 3}}, {Name: "nothing", Values: []float64{0}}})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, f.SVG(&b))
	require.Contains(t, b.String(), "workers")
}

func TestEmptyFigures(t *testing.T) {
	f, err := Dots("none", "none", Axis{"x", true}, nil, nil)
	require.NoError(t, err)
	require.NoError(t, f.SVG(io.Discard))
	f, err = Lines("none", "none", Axis{"x", true}, Axis{"y", true}, nil, nil)
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
