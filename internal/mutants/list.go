package main

import "slices"

// A mutant is one bug in the core.
type mutant struct {
	name  string
	edits []edit
}

// An edit turns find, which occurs once in file, into replace.
type edit struct{ file, find, replace string }

const (
	e = "internal/engine/"
	// never and always keep the names around them in use.
	never  = "false && "
	always = "true || "
)

// equivalent says of some mutants why no test can notice them: all that a user
// may rely on still holds.
var equivalent = map[string]string{
	"index believes a position that was cut off":                 "what a rollback cuts off it clears, so beyond the length no entry has a cell",
	"woken before the value is published":                        "all cells of the write set are locked until they are published, so who is woken waits for them, as a new reader does",
	"addition read back in a part stays when the part is undone": "the part's read is not taken back, so what was read and the addition make the same value at commit",
}

// mutants are all that are planted.
var mutants = slices.Concat(reading, committing, single, gate, waiting, parts, ending, commuting, snapshots, fence, steps)
