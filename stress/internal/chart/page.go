package chart

import (
	_ "embed"
	"html/template"
	"io"
)

// A Page is a report.
type Page struct {
	Title    string
	About    []string // paragraphs
	Sections []Section
}

// A Section is a part of a page.
type Section struct {
	Title   string
	About   string
	Figures []*Figure
	Header  []string // of a table, if there is one
	Rows    [][]string
	Text    int // columns of text, the first ones; 0 is one
}

//go:embed page.html
var source string

// IsText reports whether a column holds text.
func (s Section) IsText(column int) bool { return column < max(1, s.Text) }

// page has no link to anything outside.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"inline": func(f *Figure) (template.HTML, error) {
		svg, err := f.inline()
		return template.HTML(svg), err //nolint:gosec // drawn here
	},
}).Parse(source))

// HTML writes the page as one file.
func (p *Page) HTML(w io.Writer) error { return page.Execute(w, p) }
