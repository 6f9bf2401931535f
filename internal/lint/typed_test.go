package lint

import (
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// A unit is one type-checked package.
type unit struct {
	path  string // of the package
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

func (u *unit) find(at ast.Node, what string) finding {
	p := u.fset.Position(at.Pos())
	return finding{strings.TrimPrefix(p.Filename, root()+string(os.PathSeparator)), p.Line, what}
}

// configurations are the build tags under which the typed rules are checked.
var configurations = []string{"", "stmexplore", "stminvariants"}

// typed type-checks the core under the given build tags.
func typed(t *testing.T, tags string) (units []*unit) {
	t.Helper()
	sources(t) // opens every file: the loader's own reads are not those of this process
	var patterns []string
	for _, dir := range core {
		if exists(t, dir) {
			patterns = append(patterns, "./"+dir)
		}
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode:       packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports,
		Dir:        root(),
		Env:        append(os.Environ(), "GOWORK=off"),
		BuildFlags: []string{"-tags=" + tags},
	}, patterns...)
	require.NoError(t, err)
	require.Len(t, pkgs, len(patterns))
	for _, p := range pkgs {
		if len(p.Errors) > 0 {
			t.Fatalf("%s does not compile with tags %q: %v", p.PkgPath, tags, p.Errors[0])
		}
		units = append(units, &unit{p.PkgPath, p.Fset, p.Syntax, p.TypesInfo})
	}
	return units
}

// TestCoreIsDeterministic finds loops over maps, whose order is chance, and
// over channels, which wait: neither could be replayed from a schedule.
func TestCoreIsDeterministic(t *testing.T) {
	for _, tags := range configurations {
		for _, u := range typed(t, tags) {
			if u.path != module+"/internal/atomics" {
				report(t, unordered(u))
			}
		}
	}
}

func unordered(u *unit) (found []finding) {
	for _, f := range u.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := n.(*ast.RangeStmt); ok {
				found = append(found, rangesOver(u, r)...)
			}
			return true
		})
	}
	return found
}

func rangesOver(u *unit, r *ast.RangeStmt) []finding {
	for _, t := range terms(u.info.TypeOf(r.X)) {
		switch t.(type) {
		case *types.Map:
			return []finding{u.find(r, "loop over a map")}
		case *types.Chan:
			return []finding{u.find(r, "loop over a channel")}
		}
	}
	return nil
}

// terms returns the underlying types that a type, or a type parameter's
// argument, can have.
func terms(t types.Type) (ts []types.Type) {
	if _, ok := types.Unalias(t).(*types.TypeParam); !ok {
		return []types.Type{t.Underlying()}
	}
	constraint := t.Underlying().(*types.Interface)
	for i := range constraint.NumEmbeddeds() {
		union, ok := constraint.EmbeddedType(i).(*types.Union)
		if !ok {
			ts = append(ts, constraint.EmbeddedType(i).Underlying())
			continue
		}
		for j := range union.Len() {
			ts = append(ts, union.Term(j).Type().Underlying())
		}
	}
	return ts
}

// initialisers are the functions outside of the module that the value of a
// package's variable may be computed with: they depend on nothing that is
// registered and change nothing.
var initialisers = map[string]bool{
	"errors.New":      true,
	"fmt.Errorf":      true,
	"fmt.Sprintf":     true,
	"runtime.NumCPU":  true,
	"strings.Repeat":  true,
	"reflect.TypeFor": true,
}

// TestInitialisersArePure checks what importing the core computes. Its own
// functions are bound by the rules of the core: no goroutine, no foreign
// package that registers anything.
func TestInitialisersArePure(t *testing.T) {
	for _, tags := range configurations {
		for _, u := range typed(t, tags) {
			report(t, impure(u))
		}
	}
}

func impure(u *unit) (found []finding) {
	for _, init := range u.info.InitOrder {
		ast.Inspect(init.Rhs, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false // a value; called in place, it is bound like any function
			}
			if call, ok := n.(*ast.CallExpr); ok {
				if f := callee(u, call); f != nil && !initialises(f) {
					found = append(found, u.find(call, "package variable initialised by "+f.FullName()))
				}
			}
			return true
		})
	}
	return found
}

func initialises(f *types.Func) bool {
	if f.Pkg() == nil { // error.Error
		return true
	}
	return strings.HasPrefix(f.Pkg().Path(), module+"/") || initialisers[f.Pkg().Name()+"."+f.Name()]
}

// callee returns the declared function that call calls, if there is one.
func callee(u *unit, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	default:
		return nil
	}
	f, _ := u.info.Uses[id].(*types.Func)
	return f
}

func TestTypedRules(t *testing.T) {
	s := snippet(t, "stm/x.go", `package stm
import ("errors"; "os"; "strings")
type set map[string]bool
type alias = set
var (
	err  = errors.New("fine")
	size = len("fine") + int(uint8(3)) + own(2)
	home = os.Getenv("HOME")
	rep  = strings.NewReplacer("a", "b").Replace("a")
	late = func() string { return os.Getenv("HOME") }
)
func own(n int) int { return n }
func loops[M ~map[string]int, S ~[]int](m M, s S, a alias, q chan int) {
	for range m {}
	for range a {}
	for range q {}
	for range s {}
	for range 3 {}
}
`)
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(s.fset, "source", nil)}
	_, err := conf.Check("other.org/stm", s.fset, []*ast.File{s.file}, info)
	require.NoError(t, err)
	u := &unit{"other.org/stm", s.fset, []*ast.File{s.file}, info}

	var lines []int
	for _, f := range unordered(u) {
		lines = append(lines, f.line)
	}
	require.Equal(t, []int{14, 15, 16}, lines)

	lines = nil
	for _, f := range impure(u) {
		lines = append(lines, f.line)
	}
	require.ElementsMatch(t, []int{7, 8, 9, 9}, lines, "own is not of the module here")
}
