package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// module is the path of the module, which prefixes that of each package.
const module = "github.com/weft-stm/weft"

// public lists the packages that users import; core those that come with them.
var (
	public = []string{"stm", "tvar", "sched", "sched/heap"}
	core   = append([]string{
		"internal/engine", "internal/contention", "internal/atomics", "internal/invariants",
	}, public...)
)

// A source is one parsed Go file of the module.
type source struct {
	path  string // relative to the root of the module, with slashes
	dir   string // of path: the package, "." for the root
	test  bool
	lines int
	fset  *token.FileSet
	file  *ast.File
}

// A finding is a place that breaks a rule.
type finding struct {
	path string
	line int
	what string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.what) }

func (s *source) find(at ast.Node, format string, args ...any) finding {
	return finding{s.path, s.fset.Position(at.Pos()).Line, fmt.Sprintf(format, args...)}
}

// report fails t once for every finding.
func report(t *testing.T, findings []finding) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

// parse reads one file of Go source, whatever its build constraints.
func parse(name string, text []byte) (*source, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &source{
		path:  name,
		dir:   path.Dir(name),
		test:  strings.HasSuffix(name, "_test.go"),
		lines: strings.Count(string(text), "\n"),
		fset:  fset,
		file:  f,
	}, nil
}

// snippet is parse for a rule's own test.
func snippet(t *testing.T, name, text string) *source {
	t.Helper()
	s, err := parse(name, []byte(text))
	require.NoError(t, err)
	return s
}

// root is the directory of go.mod.
var root = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			panic("no go.mod above the test's directory")
		}
	}
})

type tree struct {
	sources []*source
	err     error
}

// load reads all Go files of the module, once.
var load = sync.OnceValue(func() (tr tree) {
	tr.err = filepath.WalkDir(root(), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return enter(name, d.Name())
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root(), name)
		if err != nil {
			return err
		}
		s, err := parse(filepath.ToSlash(rel), text)
		tr.sources = append(tr.sources, s)
		return err
	})
	return tr
})

// enter skips directories that are not part of the module.
func enter(name, base string) error {
	if name == root() {
		return nil
	}
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// sources returns the files of the given packages, or of the whole module when
// none is given, that are not tests.
func sources(t *testing.T, dirs ...string) []*source {
	t.Helper()
	return slices.DeleteFunc(files(t, dirs...), func(s *source) bool { return s.test })
}

// files is sources with the tests.
func files(t *testing.T, dirs ...string) []*source {
	t.Helper()
	tr := load()
	require.NoError(t, tr.err)
	require.NotEmpty(t, tr.sources)
	var in []*source
	for _, s := range tr.sources {
		if len(dirs) == 0 || slices.Contains(dirs, s.dir) {
			in = append(in, s)
		}
	}
	return in
}

// exists reports whether the module has a package in dir by now.
func exists(t *testing.T, dir string) bool { return len(sources(t, dir)) > 0 }
