package lint

import (
	"go/ast"
	"go/token"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// concurrency lists the constructs by which the core may reach other
// goroutines otherwise than through internal/atomics. Each would be a step
// that the interleaving explorer does not see.
var concurrency = []exception{
	{"sched/queue_crew.go", "go statement", "starts the workers of a queue; under stmexplore they are guests"},
	{"sched/queue_seq.go", "iter.Pull starts a coroutine", "suspends a sequence between two of its transactions; its code is the user's, and no part of the protocol"},
	{"sched/queue_wait.go", "channel type", "hands on the channel of a context, as its type"},
	{"tvar/bridge.go", "channel type", bridges},
	{"tvar/bridge.go", "channel receive", bridges},
	{"tvar/bridge.go", "channel send", bridges},
	{"tvar/bridge.go", "select statement", bridges},
	{"tvar/broadcast_station.go", "runtime.AddCleanup runs a function on another goroutine", "ends a subscription that was dropped; off under stmexplore"},
	{"internal/engine/snapshot.go", "runtime.AddCleanup runs a function on another goroutine", "gives back the slot of a descriptor that was dropped; off under stmexplore"},
	{"internal/engine/tx.go", "runtime.AddCleanup runs a function on another goroutine", "gives back the slot of a descriptor that was dropped; off under stmexplore"},
}

// bridges is why a bridge may have a channel.
const bridges = "moves items between a channel of the user's and transactions, and is in neither while it waits for the channel"

// around are functions that do what a construct does.
var around = map[string]string{
	"context.AfterFunc":         "starts a goroutine",
	"context.WithDeadline":      "measures time",
	"context.WithDeadlineCause": "measures time",
	"context.WithTimeout":       "measures time",
	"context.WithTimeoutCause":  "measures time",
	"iter.Pull":                 "starts a coroutine",
	"iter.Pull2":                "starts a coroutine",
	"reflect.ChanOf":            "makes a channel type",
	"reflect.MakeChan":          "makes a channel",
	"reflect.Select":            "is a select",
	"runtime.AddCleanup":        "runs a function on another goroutine",
	"runtime.Gosched":           "is internal/atomics.Yield unseen",
	"runtime.LockOSThread":      "ties a goroutine to a thread",
	"runtime.SetFinalizer":      "runs a function on another goroutine",
}

// TestCoreSharesThroughAtomicsOnly holds the core to the condition under which
// an exploration is complete: nothing is shared, awaited or started behind the
// back of internal/atomics. A channel may be handed on as a value, as
// ctx.Done() is.
func TestCoreSharesThroughAtomicsOnly(t *testing.T) {
	var found []finding
	for _, s := range sources(t, core...) {
		if s.dir != "internal/atomics" {
			found = append(found, shares(s)...)
		}
	}
	report(t, except(found, concurrency))
}

// shares finds the constructs of a file that talk to other goroutines.
func shares(s *source) (found []finding) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, s.find(n, "go statement"))
		case *ast.ChanType:
			found = append(found, s.find(n, "channel type"))
		case *ast.SendStmt:
			found = append(found, s.find(n, "channel send"))
		case *ast.SelectStmt:
			found = append(found, s.find(n, "select statement"))
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				found = append(found, s.find(n, "channel receive"))
			}
		case *ast.SelectorExpr:
			if why, ok := around[selector(n)]; ok {
				found = append(found, s.find(n, "%s %s", selector(n), why))
			}
		}
		return true
	})
	return found
}

// selector returns "x.Name" for a selector on an identifier.
func selector(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok {
			return x.Name + "." + sel.Sel.Name
		}
	}
	return ""
}

// unsafeFiles are the files of the core that may import unsafe. Those of the
// engine treat a pointer as a value of its own type: they convert none to an
// integer and back.
var unsafeFiles = []exception{
	{"internal/engine/cell.go", "unsafe", "a cell's pointer slot is an unsafe.Pointer: its type belongs to tvar"},
	{"internal/engine/guest_write.go", "unsafe", "stores plainly into a cell that its caller has to himself"},
	{"internal/engine/index.go", "unsafe", "hashes the address of a cell"},
	{"internal/engine/sites.go", "unsafe", "finds the code of a function without making it escape"},
	{"internal/engine/write.go", "unsafe", "finds the position of a write-set entry from its address"},
	{"sched/heap/codec.go", "unsafe", "stores scalars, pointers and pairs in place; its invariants are written there"},
	{"tvar/codec.go", "unsafe", "stores scalars, pointers and strings in place; its invariants are written there"},
}

// TestUnsafeIsNamed keeps unsafe in few, named, small files.
func TestUnsafeIsNamed(t *testing.T) {
	var found []finding
	for _, s := range sources(t, core...) {
		found = append(found, imports(s, "unsafe")...)
	}
	report(t, except(found, unsafeFiles))
}

func imports(s *source, what string) (found []finding) {
	for _, spec := range s.file.Imports {
		if importPath(spec) == what {
			found = append(found, s.find(spec, "%s", what))
		}
	}
	return found
}

// TestNothingRunsOnImport finds init functions in the core. What a variable's
// initialisation may call is the business of TestInitialisersArePure.
func TestNothingRunsOnImport(t *testing.T) {
	for _, s := range sources(t, core...) {
		report(t, inits(s))
	}
}

func inits(s *source) (found []finding) {
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			found = append(found, s.find(f, "init function"))
		}
	}
	return found
}

func TestCoreRules(t *testing.T) {
	whats := func(found []finding) (whats []string) {
		for _, f := range found {
			whats = append(whats, f.what)
		}
		slices.Sort(whats)
		return whats
	}
	s := snippet(t, "stm/x.go", `package stm
import "unsafe"
import "context"
import "runtime"
func init() {}
func (t T) init() {}
type queue chan int
func f(ctx context.Context, q queue) {
	go f(ctx, q)
	q <- 1
	<-q
	select {}
	runtime.Gosched()
	context.AfterFunc(ctx, nil)
}
`)
	require.Equal(t, []string{
		"channel receive", "channel send", "channel type", "context.AfterFunc starts a goroutine",
		"go statement", "runtime.Gosched is internal/atomics.Yield unseen", "select statement",
	}, whats(shares(s)))
	require.Equal(t, []string{"unsafe"}, whats(imports(s, "unsafe")))
	require.Equal(t, []string{"init function"}, whats(inits(s)))

	clean := snippet(t, "stm/x.go", "package stm\nfunc f(ctx context.Context) { park(ctx.Done(), -1, &x) }\n")
	require.Empty(t, shares(clean))
	require.Empty(t, imports(clean, "unsafe"))
	require.Empty(t, inits(clean))
}
