// Package bench holds the benchmarks of the core beside its baselines: one
// sync.Mutex, one sync.RWMutex, sync/atomic where it can do the job, and
// github.com/anacrolix/stm.
//
// Names follow the convention of benchstat, so that its -col and -row flags
// line the libraries up: op is what a transaction does (R reads, RMW reads and
// writes, W writes, with the number of variables), vars says whether the
// goroutines use the same variables, g is the number of goroutines. Time is
// wall time over all operations of all goroutines: perfect scaling halves it
// from g=1 to g=2. In the disjoint rows the locks are still global ones, for
// that is what they stand for: a program that has one lock.
//
// Run them with make bench. See BENCHMARKS.md for how to read the result.
package bench
