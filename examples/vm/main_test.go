package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// vm runs the command.
func vm(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = command(context.Background(), args, &out, &err)
	return status, out.String(), err.String()
}

// program writes a program to a file.
func program(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "p.w")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	return name
}

// TestArguments may come before or after the program.
func TestArguments(t *testing.T) {
	p := program(t, "print(threads())")
	for _, args := range [][]string{{p, "-mode", "gil", "-threads", "3"}, {"-mode", "gil", "-threads", "3", p}, {p, "-mode=serial", "-threads=3"}} {
		status, out, err := vm(args...)
		require.Equal(t, ok, status, err)
		require.Equal(t, "3\n", out)
	}
}

func TestBadUse(t *testing.T) {
	p := program(t, "let")
	for want, args := range map[string][]string{
		"the name of a program is needed": nil,
		`no mode "fast"`:                  {p, "-mode", "fast"},
		"no such file":                    {"none.w"},
		`"x" is too much`:                 {p, "x"},
		"positive":                        {p, "-threads", "0"},
		"p.w:1: unexpected end":           {p},
	} {
		status, _, err := vm(args...)
		require.Equal(t, badUse, status)
		require.Contains(t, err, want)
	}
	status, _, help := vm("-h")
	require.Equal(t, ok, status)
	require.Contains(t, help, "-mode")
}

// TestStats says which mode was measured, and where transactions were lost.
func TestStats(t *testing.T) {
	p := program(t, `
let x = 0
fn add() {
	for i in 0..2000 {
		atomic {
			x += 1
		}
	}
}
let ts = [spawn add(), spawn add(), spawn add()]
for t in ts { t.join() }
print(x)
`)
	for _, mode := range []string{"stm", "gil", "serial"} {
		status, out, stats := vm(p, "-mode", mode, "-stats", "-transact")
		require.Equal(t, ok, status)
		require.Equal(t, "6000\n", out)
		require.Contains(t, stats, "mode "+mode+": ")
		if mode == "stm" && bytes.Contains([]byte(stats), []byte("instructions lost")) {
			require.Regexp(t, `at .*p\.w:\d+ in add, on "variable x", to those from `, stats)
		}
	}
}

// TestGuestError: its position and its calls are shown, and the status tells.
func TestGuestError(t *testing.T) {
	p := program(t, "fn f(x) { return 1 / x }\nspawn f(0)\nspawn f(nil)\n")
	status, _, err := vm(p)
	require.Equal(t, failed, status)
	require.Contains(t, err, "p.w:1 in f: division by zero\n  at "+p+":1 in f\n")
	require.Contains(t, err, "p.w:1 in f: / of int and nil is not possible\n")
}

func TestTimeout(t *testing.T) {
	status, _, err := vm(program(t, "atomic { while true { } }"), "-timeout", "1ms")
	require.Equal(t, failed, status)
	require.Contains(t, err, "timeout")
}
