package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	for _, mode := range []string{"stm", "gil"} {
		var out strings.Builder
		require.NoError(t, run(t.Context(), []string{"-mode", mode, "-threads", "3", "-n", "300", "-first", "testdata/open.lua", "-last", "testdata/audit.lua", "testdata/transfer.lua"}, &out))
		require.Contains(t, out.String(), "sum\t10000\n3 threads: 300 runs in ")
		require.Contains(t, out.String(), "mode "+mode+": ")
	}
}

func TestErrors(t *testing.T) {
	for args, want := range map[string]string{
		"":                              "no script",
		"-mode gal x.lua":               `no mode "gal"`,
		"testdata/none.lua":             "no such file",
		"-steps 5 testdata/open.lua":    "as many instructions as it may",
		"-first testdata/audit.lua x":   "table expected",
		"-n 3 main.go":                  "main.go",
		"-last testdata/none.lua x.lua": "no such file",
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(args), new(strings.Builder)), want, args)
	}
}
