// Package invariants switches the checks that are too dear for a normal build
// and gives them the identity of the calling goroutine.
//
// The checks are on in every build with -race, which users run their tests
// with anyway, and under the build tag stminvariants. Elsewhere Enabled is a
// constant false, and the compiler removes whatever it guards.
package invariants
