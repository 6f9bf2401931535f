package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	for _, mode := range []string{"stm", "mutex"} {
		var out strings.Builder
		require.NoError(t, run(t.Context(), []string{"-mode", mode, "testdata/index.star", "testdata/a.txt", "testdata/b.txt"}, &out))
		require.Contains(t, out.String(), "2 files: tea 4 milk 2 and 1\nmode "+mode+": ")
	}
}

func TestErrors(t *testing.T) {
	for args, want := range map[string]string{
		"":                                 "no script",
		"-mode gil x.star":                 `no mode "gil"`,
		"testdata/none.star":               "no such file",
		"-steps 5 testdata/index.star":     "too many steps",
		"testdata/index.star none.txt":     "each: task 0: testdata/index.star:7:16: in index: open none.txt",
		"testdata/a.txt":                   "testdata/a.txt:1",
		"-steps 100 testdata/index.star x": "no such file",
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(args), new(strings.Builder)), want, args)
	}
}
