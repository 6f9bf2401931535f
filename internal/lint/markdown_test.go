package lint

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A block is a fenced piece of Go in a Markdown file.
type block struct {
	path   string // of the file, relative to the root
	line   int    // of the first line of its text
	text   string
	given  string // what a fragment takes as given
	output string // what a program prints, if the page says so
	prints bool   // whether the page says so
}

// documents returns the Markdown files whose Go blocks must compile: README.md,
// the others beside it, those of docs, and each README.md below.
func documents(t *testing.T) (paths []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root(), func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return enter(name, d.Name())
		}
		rel, err := filepath.Rel(root(), name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(rel, ".md") {
			paths = append(paths, filepath.ToSlash(rel))
		}
		return nil
	}))
	return paths
}

// blocks returns the Go blocks of all documents.
func blocks(t *testing.T) (all []block) {
	t.Helper()
	for _, p := range documents(t) {
		text, err := os.ReadFile(filepath.Join(root(), filepath.FromSlash(p)))
		require.NoError(t, err)
		all = append(all, goBlocks(p, text)...)
	}
	return all
}

// goBlocks finds the Go blocks of one file. A comment
//
//	<!-- given: var a, b *tvar.Var[int] -->
//
// on the lines before a block belongs to it, and so does a block with the
// language "output" that is the next one after it.
func goBlocks(path string, text []byte) (found []block) {
	var (
		open  *fence
		given string
	)
	lines := strings.Split(string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))), "\n")
	last := "" // language of the block before
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		switch {
		case open != nil && trimmed == open.mark:
			switch {
			case open.language == "go":
				found = append(found, block{path: path, line: open.line + 1, text: open.text.String(), given: given})
			case open.language == "output" && last == "go":
				b := &found[len(found)-1]
				b.output, b.prints = open.text.String(), true
			}
			last, given, open = open.language, "", nil
		case open != nil:
			open.text.WriteString(strings.TrimPrefix(line, open.indent) + "\n")
		case strings.HasPrefix(trimmed, "```"):
			open = newFence(line, i+1)
		case strings.HasPrefix(trimmed, "<!-- given:"):
			given = strings.TrimSuffix(strings.TrimPrefix(trimmed, "<!-- given:"), "-->")
		case trimmed != "":
			given = ""
		}
	}
	return found
}

// A fence is a block that is being read.
type fence struct {
	mark     string // that closes it
	indent   string
	language string
	line     int // of the opening mark
	text     strings.Builder
}

func newFence(line string, n int) *fence {
	trimmed := strings.TrimLeft(line, " \t")
	info := strings.TrimLeft(trimmed, "`")
	f := &fence{
		mark:   trimmed[:len(trimmed)-len(info)],
		indent: line[:len(line)-len(trimmed)],
		line:   n,
	}
	if words := strings.Fields(info); len(words) > 0 {
		f.language = words[0]
	}
	return f
}

func TestBlocksAreFound(t *testing.T) {
	page := strings.ReplaceAll(`# Page
'''go
first
'''
'''sh
not Go
'''
<!-- given: var a int -->

  '''go
  second
    indented
  '''

'''output
printed
'''
<!-- given: var stale int -->
text
''''go
'''
third
''''
'''
go without a language
'''
'''output
of nothing
'''
`, "'''", "```")
	page = strings.ReplaceAll(page, "'", "`")
	require.Equal(t, []block{
		{path: "p.md", line: 3, text: "first\n"},
		{path: "p.md", line: 11, text: "second\n  indented\n", given: " var a int ", output: "printed\n", prints: true},
		{path: "p.md", line: 21, text: "```\nthird\n"},
	}, goBlocks("p.md", []byte(page)))
}
