package lint

import (
	"go/ast"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExportedNamesAreDocumented covers the public packages down to the fields
// of structs and the methods of interfaces.
func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t, public...) {
		report(t, undocumented(s))
	}
}

func undocumented(s *source) (found []finding) {
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && onExported(d) {
				found = append(found, s.find(d, "%s is not documented", d.Name.Name))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				found = append(found, undocumentedSpec(s, d, spec)...)
			}
		}
	}
	return found
}

// onExported reports whether f is a function or a method of an exported type.
func onExported(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

func undocumentedSpec(s *source, d *ast.GenDecl, spec ast.Spec) (found []finding) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if !spec.Name.IsExported() {
			return nil
		}
		if spec.Doc == nil && (d.Lparen.IsValid() || d.Doc == nil) {
			found = append(found, s.find(spec, "%s is not documented", spec.Name.Name))
		}
		return append(found, undocumentedMembers(s, spec)...)
	case *ast.ValueSpec:
		if d.Doc != nil || spec.Doc != nil || spec.Comment != nil {
			return nil
		}
		for _, name := range spec.Names {
			if name.IsExported() {
				found = append(found, s.find(name, "%s is not documented", name.Name))
			}
		}
	}
	return found
}

func undocumentedMembers(s *source, spec *ast.TypeSpec) (found []finding) {
	var members *ast.FieldList
	switch t := spec.Type.(type) {
	case *ast.StructType:
		members = t.Fields
	case *ast.InterfaceType:
		members = t.Methods
	default:
		return nil
	}
	for _, m := range members.List {
		for _, name := range m.Names {
			if name.IsExported() && m.Doc == nil && m.Comment == nil {
				found = append(found, s.find(name, "%s.%s is not documented", spec.Name.Name, name.Name))
			}
		}
	}
	return found
}

// TestPackagesAreDocumented wants one package comment in every package.
func TestPackagesAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		documented[s.dir] = documented[s.dir] || s.file.Doc != nil
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: no package comment", dir)
		}
	}
}

// TestPublicPackagesHaveExamples wants an example in every public package that
// exports anything.
func TestPublicPackagesHaveExamples(t *testing.T) {
	for _, dir := range public {
		if !exists(t, dir) {
			t.Logf("%s does not exist yet", dir)
			continue
		}
		exports, examples := 0, 0
		for _, s := range files(t, dir) {
			if s.test {
				examples += functions(s, func(name string) bool { return strings.HasPrefix(name, "Example") })
			} else {
				exports += functions(s, ast.IsExported)
			}
		}
		if exports > 0 && examples == 0 {
			t.Errorf("%s: no Example function", dir)
		}
	}
}

func functions(s *source, named func(string) bool) (n int) {
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && named(f.Name.Name) {
			n++
		}
	}
	return n
}

// TestLeaksAreLookedFor wants every package with tests to end them with a
// search for goroutines that were left behind.
func TestLeaksAreLookedFor(t *testing.T) {
	verifies := map[string]bool{}
	for _, s := range files(t) {
		if s.test {
			verifies[s.dir] = verifies[s.dir] || calls(s, "goleak.VerifyTestMain")
		}
	}
	for dir, ok := range verifies {
		if !ok {
			t.Errorf("%s: its TestMain does not call goleak.VerifyTestMain", dir)
		}
	}
}

func calls(s *source, function string) (found bool) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		found = found || ok && selector(call.Fun) == function
		return !found
	})
	return found
}

func TestDocumentationRules(t *testing.T) {
	whats := func(text string) (whats []string) {
		for _, f := range undocumented(snippet(t, "stm/x.go", text)) {
			whats = append(whats, strings.TrimSuffix(f.what, " is not documented"))
		}
		return whats
	}
	require.Equal(t, []string{"F", "T", "T.A", "T.C", "M", "I.M", "V", "C2"}, whats(`package stm
func F() {}
type T struct {
	A int
	B int // B has a comment.
	C, d int
}
func (t *T) M() {}
// I is documented.
type I interface{ M() }
var V, v int
const (
	C1 = 1 // C1 has a comment.
	C2 = 2
)
`))
	require.Empty(t, whats(`package stm
// F is documented.
func F() {}
// T is documented.
type T[V any] struct {
	// A and B are documented.
	A, B int
	c    int
}
// M is documented.
func (t *T[V]) M() {}
type t struct{ A int }
func (t *t) Error() string { return "" }
// Kinds.
const (
	K1 = iota
	K2
)
`))
	require.True(t, calls(snippet(t, "x_test.go", "package x\nfunc TestMain(m *testing.M) { goleak.VerifyTestMain(m) }\n"), "goleak.VerifyTestMain"))
	require.False(t, calls(snippet(t, "x_test.go", "package x\nfunc TestMain(m *testing.M) { m.Run() }\n"), "goleak.VerifyTestMain"))
}
