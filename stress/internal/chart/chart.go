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
	legend  plot.Legend // beside the plot, where it hides nothing
	longest vg.Length   // of the names in it
	width   vg.Length
	height  vg.Length
}

// A Series is one colour of a chart. A value that is not known is NaN.
type Series struct {
	Name      string
	Values    []float64
	Low, High []float64 // an interval for each value, or nil
	Dashed    bool      // a dashed line, in the colour of the series before
}

// An Axis says what a chart measures.
type Axis struct {
	Label     string    // short if Log is set: the library makes room for it as if it stood far to the right
	Log       bool      // else it begins at 0
	At        []float64 // where it has ticks; nil leaves that open
	Reference float64   // a value to be marked, if not 0
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
	frameHeight = 2.6 * vg.Centimeter
	lineHeight  = 10 * vg.Centimeter
)

// Dots shows one row for each category, with a dot for each series.
func Dots(name, caption string, axis Axis, categories []string, series []Series) (*Figure, error) {
	n := len(categories)
	f := newFigure(name, caption, frameHeight+rowHeight*vg.Length(n))
	names := make([]string, n)
	for i, c := range categories {
		names[n-1-i] = c // the first one on top
	}
	if n > 0 {
		f.plot.NominalY(names...)
	}
	for i, s := range series {
		if err := f.addDots(s, i, len(series), axis.Log); err != nil {
			return nil, err
		}
	}
	scale(&f.plot.X, axis)
	f.plot.Y.Min, f.plot.Y.Max = -0.6, float64(n)-0.4
	return f, f.mark(axis)
}

// Lines shows values over x. All series have the values of their own x.
func Lines(name, caption string, x, y Axis, xs [][]float64, series []Series) (*Figure, error) {
	f := newFigure(name, caption, lineHeight)
	colour := -1
	for i, s := range series {
		if !s.Dashed {
			colour++
		}
		points := known(xs[i], s.Values, x.Log, y.Log)
		if len(points) == 0 {
			continue
		}
		if err := f.addLine(s, points, max(colour, 0)); err != nil {
			return nil, err
		}
	}
	scale(&f.plot.X, x)
	scale(&f.plot.Y, y)
	return f, nil
}

func newFigure(name, caption string, height vg.Length) *Figure {
	plot.DefaultFont.Variant = "Sans"
	p := plot.New()
	p.Title.Text = caption
	p.Title.Padding = vg.Points(8)
	p.X.Label.Padding, p.Y.Label.Padding = vg.Points(4), vg.Points(4)
	p.Add(plotter.NewGrid())
	f := &Figure{Name: name, Caption: caption, plot: p, legend: plot.NewLegend(), width: figureWidth, height: height}
	f.legend.Top, f.legend.Left = true, true
	f.legend.Padding = vg.Points(3)
	return f
}

func glyph(i int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: palette[i%len(palette)], Radius: vg.Points(3), Shape: shapes[i%len(shapes)]}
}

// scale finishes an axis when all values are known.
func scale(a *plot.Axis, x Axis) {
	a.Label.Text = x.Label
	if math.IsInf(a.Min, 0) || math.IsInf(a.Max, 0) { // nothing is shown
		a.Min, a.Max = 1, 10
	}
	switch {
	case x.Log:
		a.Scale = plot.LogScale{}
		a.Tick.Marker = logTicks{}
		a.Min, a.Max = a.Min/1.1, a.Max*1.1
	default:
		a.Min, a.Max = 0, a.Max*1.04
		if a.Max == 0 {
			a.Max = 1
		}
	}
	if x.At != nil {
		a.Tick.Marker = constantTicks(x.At)
	}
}

// mark draws the reference of the horizontal axis.
func (f *Figure) mark(x Axis) error {
	if x.Reference == 0 {
		return nil
	}
	p := f.plot
	p.X.Min, p.X.Max = min(p.X.Min, x.Reference), max(p.X.Max, x.Reference)
	line, err := plotter.NewLine(plotter.XYs{{X: x.Reference, Y: p.Y.Min}, {X: x.Reference, Y: p.Y.Max}})
	if err != nil {
		return err
	}
	line.Width = vg.Points(1)
	p.Add(line)
	return nil
}

// fewPoints is the number of points of a line that are worth a dot each.
const fewPoints = 12

func (f *Figure) addLine(s Series, points plotter.XYs, colour int) error {
	line, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = palette[colour%len(palette)], vg.Points(1.5)
	if s.Dashed {
		line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
	}
	f.plot.Add(line)
	if len(points) > fewPoints {
		f.name(s, line)
		return nil
	}
	dots.GlyphStyle = glyph(colour)
	f.plot.Add(dots)
	f.name(s, line, dots)
	return nil
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

// addDots adds the i-th of several series, a little below the one before.
func (f *Figure) addDots(s Series, i, of int, log bool) error {
	n := len(s.Values)
	ys := make([]float64, n)
	for k := range ys {
		ys[k] = float64(n-1-k) + 0.16*(float64(of-1)/2-float64(i))
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
	f.plot.Add(dots)
	f.name(s, dots)
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
		f.plot.Add(line)
	}
	return nil
}

// draw leaves a margin: names of categories stand out a little.
func (f *Figure) draw(c draw.Canvas) {
	const margin = 0.4 * vg.Centimeter
	c = draw.Crop(c, margin, -margin, margin, -margin)
	legend := f.longest + 1.8*vg.Centimeter
	f.plot.Draw(draw.Crop(c, 0, -legend, 0, 0))
	f.legend.Draw(draw.Crop(c, c.Size().X-legend+margin, 0, 0, -1.2*vg.Centimeter))
}

// name adds a series to the legend.
func (f *Figure) name(s Series, looks ...plot.Thumbnailer) {
	f.legend.Add(s.Name, looks...)
	f.longest = max(f.longest, f.legend.TextStyle.Width(s.Name))
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
