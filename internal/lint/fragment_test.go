package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A block of the documentation becomes a Go file by one of three rules:
//
//  1. Text that begins with a package clause is a file as it stands.
//  2. Declarations become a file of their own with the imports that they use.
//  3. Statements become the body of a function with a context ctx and a
//     transaction tx, with the imports that they use. Its variables count as
//     used.
//
// What else a fragment needs is declared in a comment before it:
//
//	<!-- given: var a, b *tvar.Var[int]; n := 3 -->
//
// Positions stay those of the page.

// standard are the packages of the standard library that fragments refer to by
// name alone.
var standard = map[string]string{
	"bufio": "bufio", "bytes": "bytes", "cmp": "cmp", "context": "context", "errors": "errors",
	"exec": "os/exec", "fmt": "fmt", "http": "net/http", "io": "io", "iter": "iter", "log": "log",
	"maps": "maps", "math": "math", "os": "os", "rand": "math/rand/v2", "runtime": "runtime",
	"signal": "os/signal", "slices": "slices", "strconv": "strconv", "strings": "strings",
	"sync": "sync", "synctest": "testing/synctest", "testing": "testing", "time": "time",
	"expvar": "expvar", "pprof": "runtime/pprof", "atomic": "sync/atomic",
}

// source returns the Go file for a block. known are the packages that a
// fragment may use without importing them, by name.
func (b block) source(known map[string]string) (text string, err error) {
	if packageClause(b.text) {
		return b.lineDirective() + b.text, nil
	}
	if f, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+b.text, 0); err == nil && len(f.Decls) > 0 {
		return b.declarations(f, known), nil
	}
	return b.statements(known)
}

// program reports whether the block is a command.
func (b block) program() bool {
	f, err := parser.ParseFile(token.NewFileSet(), "", b.text, parser.PackageClauseOnly)
	return err == nil && f.Name.Name == "main"
}

func packageClause(text string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
	return err == nil
}

func (b block) lineDirective() string { return fmt.Sprintf("//line %s:%d\n", b.path, b.line) }

// declarations is rule 2. A block of nothing but imports shows how to import:
// it names them without using them.
func (b block) declarations(f *ast.File, known map[string]string) string {
	if len(f.Imports) > 0 && !slices.ContainsFunc(f.Decls, isNotImport) {
		var s strings.Builder
		s.WriteString("package p\n")
		for _, spec := range f.Imports {
			fmt.Fprintf(&s, "import _ %s\n", spec.Path.Value)
		}
		return s.String()
	}
	return "package p\n" + importsOf(f, known) + b.given + "\n" + b.lineDirective() + b.text
}

func isNotImport(d ast.Decl) bool {
	g, ok := d.(*ast.GenDecl)
	return !ok || g.Tok != token.IMPORT
}

const opening = "package p; func _(ctx context.Context, tx *stm.Tx) error {"

// statements is rule 3.
func (b block) statements(known map[string]string) (string, error) {
	body := b.given + "\n{" // a block of its own may redeclare ctx
	before, after := opening+body, "}\nreturn nil\n}\n"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", before+b.text+after, 0)
	if err != nil {
		_, err = parser.ParseFile(fset, "", opening+b.given+"\n"+b.lineDirective()+b.text+"}", 0)
		return "", fmt.Errorf("neither a file, declarations nor statements: %w", err)
	}
	text := b.text
	list := f.Decls[0].(*ast.FuncDecl).Body.List
	inner := list[len(list)-2].(*ast.BlockStmt).List
	for _, stmt := range slices.Backward(inner) { // from the end: earlier offsets stay
		if use := using(stmt); use != "" {
			at := fset.Position(stmt.End()).Offset - len(before)
			text = text[:at] + use + text[at:]
		}
	}
	opening := strings.Replace(opening, "; ", "\n"+importsOf(f, known), 1)
	return opening + body + "\n" + b.lineDirective() + text + after, nil
}

// using returns statements that use the variables that stmt declares.
func using(stmt ast.Stmt) (use string) {
	var names []*ast.Ident
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		if stmt.Tok == token.DEFINE {
			for _, e := range stmt.Lhs {
				names = append(names, e.(*ast.Ident))
			}
		}
	case *ast.DeclStmt:
		for _, spec := range stmt.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && stmt.Decl.(*ast.GenDecl).Tok == token.VAR {
				names = append(names, v.Names...)
			}
		}
	}
	for _, name := range names {
		if name.Name != "_" {
			use += "; _ = " + name.Name
		}
	}
	return use
}

// importsOf returns the imports that f uses and does not have.
func importsOf(f *ast.File, known map[string]string) string {
	unresolved := map[*ast.Ident]bool{}
	for _, id := range f.Unresolved {
		unresolved[id] = true
	}
	paths := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && unresolved[x] && known[x.Name] != "" {
				paths[known[x.Name]] = true
			}
		}
		return true
	})
	for _, spec := range f.Imports {
		delete(paths, importPath(spec))
	}
	var s strings.Builder
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		fmt.Fprintf(&s, "import %q\n", p)
	}
	return s.String()
}

func TestFragmentsBecomeFiles(t *testing.T) {
	known := map[string]string{"stm": "m/stm", "fmt": "fmt", "context": "context", "os": "os"}
	file := func(b block) string {
		b.path, b.line = "p.md", 7
		text, err := b.source(known)
		require.NoError(t, err)
		_, err = parser.ParseFile(token.NewFileSet(), "", text, 0)
		require.NoError(t, err, text)
		return text
	}
	require.Equal(t, "//line p.md:7\n// Doc.\npackage main\n", file(block{text: "// Doc.\npackage main\n"}))
	require.Equal(t, "package p\nimport _ \"m/stm\"\nimport _ \"fmt\"\n", file(block{text: "import (\n\ts \"m/stm\"\n\t\"fmt\"\n)\n"}))
	require.Equal(t, "package p\nimport \"fmt\"\n var n = 1 \n//line p.md:7\nfunc f() { fmt.Println(n) }\n",
		file(block{text: "func f() { fmt.Println(n) }\n", given: " var n = 1 "}))

	require.Equal(t, `package p
import "context"
import "fmt"
import "m/stm"
func _(ctx context.Context, tx *stm.Tx) error { var os file 
{
//line p.md:7
a, _ := 1, 2; _ = a
var b, c int; _ = b; _ = c
if d := a; d > 0 { e := 1; fmt.Println(os.e, e) }
return nil
}
return nil
}
`, file(block{text: "a, _ := 1, 2\nvar b, c int\nif d := a; d > 0 { e := 1; fmt.Println(os.e, e) }\nreturn nil\n", given: " var os file "}))

	_, err := block{path: "p.md", line: 7, text: "a := 1\nb := := 2\n"}.source(known)
	require.ErrorContains(t, err, "p.md:8")
	require.True(t, block{text: "package main\n"}.program())
	require.False(t, block{text: "package p\n"}.program())
	require.False(t, block{text: "main()\n"}.program())
}
