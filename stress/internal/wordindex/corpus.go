package wordindex

import (
	"context"
	"errors"
	"go/build"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// A Corpus is a set of files in memory, split into terms, and their index as
// counted in plain Go.
type Corpus struct {
	Dir      string // where the files are
	Files    int    // how many
	Bytes    int64  // their size
	Terms    int    // occurrences
	Distinct int    // different ones

	texts         []*starlark.List // terms of each file, frozen
	counts, files map[string]int64
}

// A Selection says which files of a directory make up a corpus.
type Selection struct {
	Dir          string // "" is the source of the Go standard library
	MaxFiles     int    // evenly spread over the sorted paths; 0 is all
	MaxFileBytes int64  // larger files, mostly generated tables, are left out; 0 is all
}

// Sizes for two slow processors: a run of all variants takes half a minute, or
// a few seconds.
const (
	FullFiles   = 700
	FullRounds  = 4
	QuickFiles  = 300
	QuickRounds = 3
	LargestFile = 128 << 10 // MaxFileBytes of both
)

// Load reads a corpus. It calls progress, if not nil, after each of them.
func Load(ctx context.Context, s Selection, progress func(done, total int)) (*Corpus, error) {
	dir, err := s.dir(ctx)
	if err != nil {
		return nil, err
	}
	paths, err := s.paths(ctx, dir)
	if err != nil {
		return nil, err
	}
	c := &Corpus{Dir: dir}
	if err := c.read(ctx, paths, progress); err != nil {
		return nil, err
	}
	if c.Terms == 0 {
		return nil, &CorpusError{dir, ErrNoGoFiles}
	}
	return c, nil
}

// dir returns the directory, which exists.
func (s Selection) dir(ctx context.Context) (string, error) {
	dir := s.Dir
	if dir == "" {
		dir = filepath.Join(goroot(ctx), "src")
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", &CorpusError{dir, reason(err)}
	}
	if !info.IsDir() {
		return "", &CorpusError{dir, errors.New("not a directory")}
	}
	return dir, nil
}

// goroot asks the go command, which knows better than a binary that may have
// been built elsewhere.
func goroot(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if root := strings.TrimSpace(string(out)); err == nil && root != "" {
		return root
	}
	return build.Default.GOROOT // where there is no go command
}

// reason strips what CorpusError says already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// paths returns the selected files in order. Directories named testdata are
// left out: what is in there need not be Go.
func (s Selection) paths(ctx context.Context, dir string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case d.IsDir() && d.Name() == "testdata" && path != dir:
			return filepath.SkipDir
		case !d.Type().IsRegular() || filepath.Ext(path) != ".go":
			return nil
		}
		if s.MaxFileBytes > 0 {
			info, err := d.Info()
			if err != nil || info.Size() > s.MaxFileBytes {
				return err
			}
		}
		paths = append(paths, path)
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, &CorpusError{dir, err}
	case len(paths) == 0:
		return nil, &CorpusError{dir, ErrNoGoFiles}
	}
	slices.Sort(paths)
	return spread(paths, s.MaxFiles), nil
}

// spread returns n of the paths at even distances.
func spread(paths []string, n int) []string {
	if n <= 0 || n >= len(paths) {
		return paths
	}
	out := make([]string, n)
	for i := range out {
		out[i] = paths[i*len(paths)/n]
	}
	return out
}

// read reads and splits the files.
func (c *Corpus) read(ctx context.Context, paths []string, progress func(done, total int)) error {
	r := reader{paths: paths, texts: make([][]string, len(paths)), progress: progress}
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() { r.run(ctx) })
	}
	wg.Wait()
	if r.err != nil {
		return &CorpusError{c.Dir, r.err}
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	c.Files, c.Bytes = len(paths), r.bytes
	c.count(r.texts)
	c.intern(r.texts)
	return nil
}

// A reader shares the files among goroutines.
type reader struct {
	paths    []string
	texts    [][]string
	next     atomic.Int64
	progress func(done, total int)

	mu    sync.Mutex // guards what follows, and progress
	done  int
	bytes int64
	err   error // the first
}

func (r *reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		i := int(r.next.Add(1)) - 1
		if i >= len(r.paths) {
			return
		}
		src, err := os.ReadFile(r.paths[i])
		terms(src, func(t string) { r.texts[i] = append(r.texts[i], t) })
		if !r.finish(len(src), err) {
			return
		}
	}
}

// finish accounts for a file. It reports whether to go on.
func (r *reader) finish(bytes int, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.bytes += int64(bytes)
	if r.err == nil {
		r.err = err
	}
	if r.progress != nil {
		r.progress(r.done, len(r.paths))
	}
	return r.err == nil
}

// count is the index in plain Go, which all others must equal.
func (c *Corpus) count(texts [][]string) {
	c.counts, c.files = make(map[string]int64), make(map[string]int64)
	for _, text := range texts {
		seen := make(map[string]bool)
		for _, t := range text {
			c.counts[t]++
			if !seen[t] {
				seen[t] = true
				c.files[t]++
			}
		}
		c.Terms += len(text)
	}
	c.Distinct = len(c.counts)
}

// intern turns the texts into frozen Starlark lists, in which equal terms are one string.
func (c *Corpus) intern(texts [][]string) {
	known := make(map[string]starlark.Value, c.Distinct)
	for _, text := range texts {
		values := make([]starlark.Value, len(text))
		for i, t := range text {
			v := known[t]
			if v == nil {
				t = strings.Clone(t) // not a piece of the whole file
				v = starlark.String(t)
				known[t] = v
			}
			values[i] = v
		}
		list := starlark.NewList(values)
		list.Freeze()
		c.texts = append(c.texts, list)
	}
}
