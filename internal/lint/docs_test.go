package lint

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestDocumentationCompiles builds and vets every Go block of the Markdown
// files as a module that requires this one, by the rules above block.source,
// and runs the programs among them. What a program prints is compared with the
// output block that follows it, if there is one.
func TestDocumentationCompiles(t *testing.T) {
	all := blocks(t)
	if len(all) == 0 {
		t.Skip("no Go block in any Markdown file")
	}
	known := packageNames(t)
	dir := userModule(t)
	programs := map[string]block{}
	for _, b := range all {
		text, err := b.source(known)
		if err != nil {
			t.Errorf("%s:%d: %v", b.path, b.line, err)
			continue
		}
		name := fmt.Sprintf("%s_%d", strings.NewReplacer("/", "_", ".", "_").Replace(b.path), b.line)
		write(t, filepath.Join(dir, name, fileName(text)), text)
		if b.program() {
			programs[name] = b
		}
	}
	out, err := goCommand(t, dir, "vet", "-unreachable=false", "./...")
	require.NoError(t, err, "%s", out)
	for name, b := range programs {
		out, err := goCommand(t, dir, "run", "./"+name)
		require.NoError(t, err, "program at %s:%d: %s", b.path, b.line, out)
		if b.prints {
			require.Equal(t, b.output, out, "output of the program at %s:%d", b.path, b.line)
		}
	}
}

// fileName makes a block of tests a test file.
func fileName(text string) string {
	if strings.Contains(text, "*testing.") || strings.Contains(text, "\nfunc Example") {
		return "block_test.go"
	}
	return "block.go"
}

// packageNames returns the packages that fragments use without importing them:
// those of standard and the module's own that users can import.
func packageNames(t *testing.T) map[string]string {
	t.Helper()
	known := map[string]string{}
	for name, path := range standard {
		known[name] = path
	}
	for _, s := range sources(t) {
		if name := s.file.Name.Name; name != "main" && !strings.HasPrefix(s.dir, "internal") && !strings.Contains(s.dir, "/internal") {
			known[name] = module + "/" + s.dir
		}
	}
	return known
}

// TestImportIsSilent builds a program that imports nothing but the public
// packages, and looks for what they left behind on the way.
func TestImportIsSilent(t *testing.T) {
	var imports strings.Builder
	for _, dir := range public {
		if exists(t, dir) {
			fmt.Fprintf(&imports, "\t_ %q\n", module+"/"+dir)
		}
	}
	if imports.Len() == 0 {
		t.Skip("no public package yet")
	}
	dir := userModule(t)
	write(t, filepath.Join(dir, "plain", "main.go"), silence(""))
	write(t, filepath.Join(dir, "weft", "main.go"), silence(imports.String()))
	plain, err := goCommand(t, dir, "run", "./plain")
	require.NoError(t, err, "%s", plain)
	weft, err := goCommand(t, dir, "run", "./weft")
	require.NoError(t, err, "%s", weft)
	require.Equal(t, plain, weft, "what a program with the imports registers, and one without")
}

// silence is a program that prints whatever an import could have started or
// registered.
func silence(imports string) string {
	return `package main

import (
	"expvar"
	"flag"
	"fmt"
	"net/http"
	"runtime"
	"runtime/pprof"
` + imports + `)

func main() {
	fmt.Println("goroutines", runtime.NumGoroutine())
	expvar.Do(func(kv expvar.KeyValue) { fmt.Println("variable", kv.Key) })
	flag.VisitAll(func(f *flag.Flag) { fmt.Println("flag", f.Name) })
	for _, p := range pprof.Profiles() {
		fmt.Println("profile", p.Name())
	}
	for _, path := range []string{"/", "/debug/vars", "/debug/pprof/", "/debug/stm"} {
		r, _ := http.NewRequest("GET", path, nil)
		_, pattern := http.DefaultServeMux.Handler(r)
		fmt.Println("handler", path, pattern)
	}
}
`
}

var moduleLine = regexp.MustCompile(`(?m)^module .*$`)

// userModule makes a module that uses this one from its checkout, with the same
// versions of everything else.
func userModule(t *testing.T) (dir string) {
	t.Helper()
	sources(t) // opens every file: go's own reads are not those of this process
	dir = t.TempDir()
	mod, err := os.ReadFile(filepath.Join(root(), "go.mod"))
	require.NoError(t, err)
	mod = moduleLine.ReplaceAll(mod, []byte("module example.org/user"))
	mod = fmt.Appendf(mod, "\nrequire %s v0.0.0\n\nreplace %[1]s => %q\n", module, root())
	write(t, filepath.Join(dir, "go.mod"), string(mod))
	sum, err := os.ReadFile(filepath.Join(root(), "go.sum"))
	require.NoError(t, err)
	write(t, filepath.Join(dir, "go.sum"), string(sum))
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
}

// goCommand runs the go command in dir and returns what it printed.
func goCommand(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}
