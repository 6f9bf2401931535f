package lint

import (
	"go/ast"
	"go/build/constraint"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// below says which packages of the module each package may import. A key that
// ends in "/..." stands for a directory and all below it; the longest key that
// matches decides. What a package may import, those above it may as well.
var below = map[string][]string{
	"internal/invariants":     {},
	"internal/contention":     {},
	"internal/explore/access": {},
	"internal/atomics":        {},
	"internal/engine":         {"internal/contention", "internal/atomics", "internal/invariants"},
	"stm":                     {"internal/engine"},
	"tvar":                    {"stm"},
	"sched":                   {"tvar"},
	"sched/heap":              {"sched"},

	// Programs and libraries such as a user would write: public packages only,
	// so that they prove that these suffice.
	"examples/...": {"only: stm", "only: tvar", "only: sched", "only: sched/heap", "only: examples/..."},

	// Instruments. They know the core, the core does not know them.
	"internal/history/...": {"sched", "sched/heap", "internal/history/..."},
	"internal/model/...":   {"sched", "sched/heap", "internal/model/..."},
	"internal/explore/...": {"sched", "sched/heap", "internal/explore/access", "internal/explore/...", "internal/history/...", "internal/model/..."},
	"internal/lint":        {},
	"internal/mutants/...": {},
	"internal/engine/spin": {},
	"stress/...":           {"stress/...", "examples/...", "internal/explore/...", "internal/history/...", "internal/model/..."},
	"bench/...":            {"bench/...", "examples/...", "internal/history/..."},
}

// onlyTagged are imports that a file may have only under a build tag: in a
// normal build the importer does without.
var onlyTagged = map[[2]string]string{
	{"internal/atomics", "internal/explore/access"}: "stmexplore",
}

// TestImportGraph holds the imports of the module to one direction.
func TestImportGraph(t *testing.T) {
	for _, s := range sources(t) {
		report(t, upward(s))
	}
}

// upward finds the imports of s that below does not permit.
func upward(s *source) (found []finding) {
	key, ok := lookup(s.dir)
	if !ok {
		return []finding{s.find(s.file.Name, "package %s has no place in the import graph: give it one in internal/lint", s.dir)}
	}
	permitted := closure(key)
	for _, spec := range s.file.Imports {
		to, ok := strings.CutPrefix(importPath(spec), module+"/")
		if !ok {
			continue
		}
		if tag, ok := onlyTagged[[2]string{s.dir, to}]; ok && requires(s, tag) {
			continue
		}
		if k, ok := lookup(to); !ok || to != s.dir && !permitted[k] {
			found = append(found, s.find(spec, "%s may not import %s", s.dir, to))
		}
	}
	return found
}

// lookup returns the key of below that decides for a package.
func lookup(dir string) (key string, ok bool) {
	if _, ok := below[dir]; ok {
		return dir, true
	}
	for prefix := dir; ; {
		if _, ok := below[prefix+"/..."]; ok {
			return prefix + "/...", true
		}
		i := strings.LastIndexByte(prefix, '/')
		if i < 0 {
			return "", false
		}
		prefix = prefix[:i]
	}
}

// closure returns the keys that a key may import: those that it lists, and
// those that the listed ones may import unless it says "only".
func closure(key string) map[string]bool {
	all, walked := map[string]bool{}, map[string]bool{}
	var walk func(string)
	walk = func(key string) {
		if walked[key] {
			return
		}
		walked[key] = true
		for _, k := range below[key] {
			k, only := strings.CutPrefix(k, "only: ")
			all[k] = true
			if !only {
				walk(k)
			}
		}
	}
	walk(key)
	return all
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		panic(err) // the parser has checked it
	}
	return p
}

// requires reports whether s is built only if tag is set.
func requires(s *source, tag string) bool {
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if expr, err := constraint.Parse(c.Text); err == nil && c.Pos() < s.file.Package {
				return !expr.Eval(func(t string) bool { return t != tag }) && expr.Eval(func(t string) bool { return t == tag })
			}
		}
	}
	return false
}

// coreMayImport are the packages outside of the module that the core is built
// from, internal/atomics aside. They are of the standard library, register
// nothing, start nothing, and none decides anything by chance or by time. A
// new one needs the same to be true of it.
var coreMayImport = map[string]bool{
	"cmp": true, "context": true, "errors": true, "fmt": true, "hash/maphash": true, "iter": true,
	"math": true, "math/bits": true, "reflect": true, "runtime": true, "slices": true,
	"strconv": true, "strings": true,

	"unsafe": true, // within TestUnsafeIsNamed
	"weak":   true, // lists sleepers without keeping them alive; WeakVar
}

// atomicsMayImport is coreMayImport for the door itself.
var atomicsMayImport = map[string]bool{
	"fmt": true, "runtime": true, "sync": true, "sync/atomic": true, "time": true, "unsafe": true,
}

const timeInCore = "import of time in the core: go through internal/atomics"

// coreTime are the files that may import time: what they offer is about time,
// and none of it decides what happens in a transaction that does not ask.
var coreTime = []exception{
	{"sched/machine_options.go", timeInCore, "an interval and a limit are durations"},
	{"stm/irrevocables.go", timeInCore, "a watchdog is given a duration"},
	{"stm/timer.go", timeInCore, "waits for a time"},
	{"stm/waiting.go", timeInCore, "tells since when somebody waits"},
	{"tvar/delay.go", timeInCore, "holds a time to wait for"},
	{"tvar/ticker.go", timeInCore, "holds times to wait for"},
}

// TestCoreImports keeps the core to a part of the standard library: no
// net/http, expvar, flag or log, and no way around internal/atomics.
func TestCoreImports(t *testing.T) {
	var found []finding
	for _, s := range sources(t, core...) {
		found = append(found, foreign(s)...)
	}
	report(t, except(found, coreTime))
}

// foreign finds the imports from outside of the module that a file of the core
// should not have.
func foreign(s *source) (found []finding) {
	may := coreMayImport
	if s.dir == "internal/atomics" {
		may = atomicsMayImport
	}
	for _, spec := range s.file.Imports {
		p := importPath(spec)
		switch {
		case strings.HasPrefix(p, module+"/") || may[p]:
		case atomicsMayImport[p]:
			found = append(found, s.find(spec, "import of %s in the core: go through internal/atomics", p))
		default:
			found = append(found, s.find(spec, "import of %s in the core", p))
		}
	}
	return found
}

func TestImportRules(t *testing.T) {
	imports := func(p, what, header string) *source {
		return snippet(t, p+"/x.go", header+"package x\nimport _ \""+what+"\"\n")
	}
	weft := func(dir string) string { return module + "/" + dir }
	for _, c := range []struct {
		from, to, header string
		ok               bool
	}{
		{from: "stm", to: "internal/engine", ok: true},
		{from: "tvar", to: "internal/engine", ok: true},
		{from: "sched", to: "internal/atomics", ok: true},
		{from: "internal/engine", to: "stm"},
		{from: "stm", to: "tvar"},
		{from: "tvar", to: "sched"},
		{from: "internal/engine", to: "internal/history"},
		{from: "internal/contention", to: "internal/atomics"},
		{from: "internal/explore", to: "internal/explore/access", ok: true},
		{from: "internal/engine", to: "internal/explore/access"},
		{from: "internal/atomics", to: "internal/explore/access"},
		{from: "internal/atomics", to: "internal/explore/access", header: "//go:build !stmexplore\n\n"},
		{from: "internal/atomics", to: "internal/explore/access", header: "//go:build stmexplore || race\n\n"},
		{from: "internal/atomics", to: "internal/explore/access", header: "//go:build stmexplore\n\n", ok: true},
		{from: "examples/bank", to: "tvar", ok: true},
		{from: "examples/bank", to: "examples/starlark/guest", ok: true},
		{from: "examples/bank", to: "internal/engine"},
		{from: "stress/corpus", to: "examples/starlark", ok: true},
		{from: "stress", to: "internal/engine", ok: true},
		{from: "examples/bank", to: "stress"},
		{from: "elsewhere", to: "stm"},
	} {
		found := upward(imports(c.from, weft(c.to), c.header))
		require.Equal(t, c.ok, len(found) == 0, "%s imports %s: %v", c.from, c.to, found)
	}
	for from, to := range map[string]string{
		"stm": "net/http", "tvar": "expvar", "sched": "sync", "internal/engine": "sync/atomic",
		"internal/contention": "math/rand/v2", "internal/atomics": "log", "internal/invariants": "go.uber.org/goleak",
	} {
		require.Len(t, foreign(imports(from, to, "")), 1, "%s imports %s", from, to)
	}
	require.Empty(t, foreign(imports("internal/atomics", "sync/atomic", "")))
	require.Empty(t, foreign(imports("stm", "context", "")))
}

// TestGraphHasNoCycle checks the table itself: no key may import itself by way
// of another one.
func TestGraphHasNoCycle(t *testing.T) {
	for _, key := range slices.Sorted(maps.Keys(below)) {
		for _, k := range below[key] {
			k = strings.TrimPrefix(k, "only: ")
			require.Contains(t, below, k, "%s may import %s, which has no place", key, k)
			require.True(t, k == key || !closure(k)[key], "%s and %s may import each other", key, k)
		}
	}
}
