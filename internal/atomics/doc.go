// Package atomics is the only door through which the core (stm, tvar, sched,
// internal/engine, internal/contention) reaches shared memory and the Go
// scheduler.
//
// In a normal build every name is an alias of sync/atomic or sync, or a
// function small enough to inline: it costs nothing. Under the build tag
// stmexplore the same names are wrappers that announce each access to the
// interleaving explorer before they perform it, so that a test decides which
// thread moves next. Because data-race-free Go programs behave as if run on
// one processor (https://go.dev/ref/mem), and because Go's atomics are
// sequentially consistent, an exploration at this granularity is complete as
// long as the core shares nothing in any other way. A test of internal/lint
// holds it to that.
package atomics
