// Package history records what transactions did and decides whether it was
// right.
//
// # Recording
//
// A [History] has one [Log] for each worker goroutine. A harness drives the log
// from the outside: it stores in every variable a [Token] that the log minted
// for that very write, so a token read back names its writer. Every attempt is
// recorded, those that were undone too: a transactional memory is opaque only
// if an attempt that will be undone sees one state as well. Logs share nothing
// and stamp with the monotonic clock, not with a common counter, so recording
// orders no two goroutines and hides no race.
//
//	h := history.New(vars, workers)     // variable v starts as h.Initial(v)
//	l := h.Log(worker)
//	l.Start()                           // before the call
//	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
//		l.Begin()                       // every attempt
//		old := x.Get(tx)
//		l.Read(0, old)
//		x.Set(tx, l.Write(0, old))
//		return nil
//	})
//	l.Commit(0)                         // after the return; l.Abort() on error
//
// # Stamps
//
// The check must not accuse a correct runtime, so every interval a log records
// contains the true one. The first attempt begins at Start, before the call. An
// attempt that was restarted ends when the next one starts its body, and the
// next one begins at the last event of the one before. A committed attempt ends
// after the call returned. A wider interval only loses real-time edges.
//
// # Deciding
//
// [History.Check] first looks at single observations: reads that contradict the
// attempt itself, versions that were undone, overwritten by their own writer or
// never written. Then it builds one graph: attempts are nodes, those undone as
// readers only; edges are ww (next version), wr (read it), rw (read the version
// before it) and rt (ended before it began). Each write is unique and the order
// of versions is known, so the history is opaque with respect to that order if
// and only if the graph has no cycle. A cycle is named by the smallest graph
// that has it: committed attempts alone (not serializable), with real time (not
// strictly so), with undone attempts (not opaque).
//
// The order of versions comes from the tokens that writers overwrote, or, where
// a write was blind, from the commit versions given to [Log.Commit]. Blind
// writes of unknown version are left unordered and counted in the report: the
// check then stays sound but may miss a violation.
//
// # Limits
//
// 4,095 workers, 2^34 attempts a worker, 2^18 operations an attempt. A window
// of 10^6 attempts takes about a second and some hundreds of megabytes to check;
// a longer run is checked window by window, see [History.Next].
package history
