// Package chart draws figures as SVG and PNG, and binds them into one HTML file
// that needs nothing else.
package chart

import (
	"bytes"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Figure is a chart with a caption.
type Figure struct {
	Name    string // of its files
	Caption string
	plot    *plot.Plot
	width   vg.Length
	height  vg.Length
}

// A Series is one colour of a chart. A value that is not known is NaN.
type Series struct {
	Name      string
	Values    []float64
	Low, High []float64 // an interval for each value, or nil
}

// An Axis says what a chart measures.
type Axis struct {
	Label string
	Log   bool
}

// palette is one that most colour-blind people can tell apart (Okabe and Ito).
var palette = []color.RGBA{
	{0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x72, 0xb2, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff},
	{0x00, 0x00, 0x00, 0xff}, {0xb8, 0xa8, 0x00, 0xff},
}

var shapes = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{},
	draw.PlusGlyph{}, draw.CrossGlyph{},
}

const (
	figureWidth = 22 * vg.Centimeter
	rowHeight   = 0.62 * vg.Centimeter
	frameHeight = 3 * vg.Centimeter
	lineHeight  = 10 * vg.Centimeter
)

// Dots shows one row for each category, with a dot for each series.
func Dots(name, caption string, axis Axis, categories []string, series []Series) (*Figure, error) {
	p := newPlot(caption)
	p.X.Label.Text = axis.Label
	n := len(categories)
	names := make([]string, n)
	for i, c := range categories {
		names[n-1-i] = c // the first one on top
	}
	if n > 0 {
		p.NominalY(names...)
	}
	for i, s := range series {
		if err := addDots(p, s, i, axis.Log); err != nil {
			return nil, err
		}
	}
	scale(&p.X, axis.Log)
	legendRows := 0.8 * float64(len(series)) // so that the legend hides nothing
	p.Y.Min, p.Y.Max = -0.6, float64(n)-0.4+legendRows
	return &Figure{name, caption, p, figureWidth, frameHeight + rowHeight*vg.Length(float64(n)+legendRows)}, nil
}

// Lines shows values over x. All series have the values of their own x.
func Lines(name, caption string, x, y Axis, xs [][]float64, series []Series) (*Figure, error) {
	p := newPlot(caption)
	p.X.Label.Text, p.Y.Label.Text = x.Label, y.Label
	for i, s := range series {
		points := known(xs[i], s.Values, x.Log, y.Log)
		if len(points) == 0 {
			continue
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = palette[i%len(palette)], vg.Points(1.5)
		dots.GlyphStyle = glyph(i)
		p.Add(line, dots)
		p.Legend.Add(s.Name, line, dots)
	}
	scale(&p.X, x.Log)
	scale(&p.Y, y.Log)
	makeRoom(&p.X, x.Log)
	return &Figure{name, caption, p, figureWidth, lineHeight}, nil
}

func newPlot(caption string) *plot.Plot {
	plot.DefaultFont.Variant = "Sans"
	p := plot.New()
	p.Title.Text = caption
	p.Title.Padding = vg.Points(8)
	p.Add(plotter.NewGrid())
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(2)
	return p
}

func glyph(i int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: palette[i%len(palette)], Radius: vg.Points(3), Shape: shapes[i%len(shapes)]}
}

func scale(a *plot.Axis, log bool) {
	if log {
		a.Scale = plot.LogScale{}
		a.Tick.Marker = plot.LogTicks{Prec: -1}
	}
	if a.Min >= a.Max || math.IsInf(a.Min, 0) || math.IsInf(a.Max, 0) { // nothing, or one value
		a.Min, a.Max = 1, 10
	}
}

// makeRoom widens the axis to the right, where the legend is.
func makeRoom(a *plot.Axis, log bool) {
	const share = 0.3
	if log {
		a.Max *= math.Pow(a.Max/a.Min, share)
	} else {
		a.Max += share * (a.Max - a.Min)
	}
}

// known leaves out what cannot be drawn.
func known(xs, ys []float64, logX, logY bool) (points plotter.XYs) {
	drawable := func(v float64, log bool) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) && (!log || v > 0) }
	for i := range xs {
		if drawable(xs[i], logX) && drawable(ys[i], logY) {
			points = append(points, plotter.XY{X: xs[i], Y: ys[i]})
		}
	}
	return points
}

// addDots adds the i-th series, a little below the one before.
func addDots(p *plot.Plot, s Series, i int, log bool) error {
	n := len(s.Values)
	ys := make([]float64, n)
	for k := range ys {
		ys[k] = float64(n-1-k) + 0.24 - 0.16*float64(i)
	}
	points := known(s.Values, ys, log, false)
	if len(points) == 0 {
		return nil
	}
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return err
	}
	dots.GlyphStyle = glyph(i)
	p.Add(dots)
	p.Legend.Add(s.Name, dots)
	for k := range s.Low {
		ends := known([]float64{s.Low[k], s.High[k]}, []float64{ys[k], ys[k]}, log, false)
		if len(ends) < 2 || math.IsNaN(s.Values[k]) {
			continue
		}
		line, err := plotter.NewLine(ends)
		if err != nil {
			return err
		}
		line.Color = palette[i%len(palette)]
		p.Add(line)
	}
	return nil
}

// draw leaves a margin: names of categories stand out a little.
func (f *Figure) draw(c draw.Canvas) {
	const margin = 0.4 * vg.Centimeter
	f.plot.Draw(draw.Crop(c, margin, -margin, margin, -margin))
}

// SVG writes the figure as a drawing.
func (f *Figure) SVG(w io.Writer) error {
	c := vgsvg.New(f.width, f.height)
	f.draw(draw.New(c))
	_, err := c.WriteTo(w)
	return err
}

// PNG writes the figure as an image.
func (f *Figure) PNG(w io.Writer) error {
	c := vgimg.PngCanvas{Canvas: vgimg.New(f.width, f.height)}
	f.draw(draw.New(c))
	_, err := c.WriteTo(w)
	return err
}

// inline returns the drawing as an element of HTML: without the declaration
// that stands before a file of its own.
func (f *Figure) inline() ([]byte, error) {
	var b bytes.Buffer
	if err := f.SVG(&b); err != nil {
		return nil, err
	}
	_, svg, _ := bytes.Cut(b.Bytes(), []byte("<svg"))
	return append([]byte("<svg"), svg...), nil
}
