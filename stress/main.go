// Stress shows what Weft does on this machine: an interpreter's threads that
// index real source text over one shared heap, beside a mutex; a race stress
// of the core; and, by subcommands, the whole stress suite. See its -h and list.
package main

import (
	"os"

	"github.com/weft-stm/weft/stress/internal/command"
)

func main() { os.Exit(command.Main(os.Args[1:], os.Stdout, os.Stderr)) }
