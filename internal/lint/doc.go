// Package lint holds the rules of the house that neither the compiler nor a
// general linter knows: which package may import which, how the core may reach
// shared memory, where unsafe may stand, how long a file may be, and that every
// exported name is documented and every Go block of the documentation compiles.
//
// It consists of tests only. They open each file that they judge themselves,
// and read each directory, so that go test reuses an earlier result only while
// not one of them has changed; "make lint" does not even then.
//
// Each rule is a function from source to findings and is itself tested on
// source that breaks it. Exceptions are named in one table per rule, each with
// its reason; one that is no longer needed is an error too.
package lint
