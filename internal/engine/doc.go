// Package engine is the protocol: versioned cells, transactions over them,
// and how transactions wait, give way and see the past. Packages stm, tvar and
// sched are thin layers over it; nothing outside of this module can use it.
//
// # The protocol
//
// A global clock counts update commits. Every cell carries, in one word, the
// clock value of the commit that wrote it and a lock bit. A transaction reads
// as of a snapshot, a clock value rv, and buffers its writes.
//
//	1 begin     announce the attempt; rv := clock
//	2 read c    word, value, word again: unlocked, unchanged, version ≤ rv
//	            locked: wait for the holder, who never waits
//	            newer:  extend - rv := clock if all reads are still current,
//	                    then read c again; else the attempt is lost
//	3 write c   into the write set; later reads find it there
//	4 commit    lock the write set, by try-lock
//	            gate closed? unlock, wait, lock again
//	            wv := next clock value
//	            every read still current? else unlock, the attempt is lost
//	            per cell: keep the old version if a snapshot wants it,
//	                      store the value, store the word (version wv, unlocked)
//	            wake who waited for these cells
//
// The commit takes effect when wv is drawn: from then on whoever samples the
// clock finds the cells locked, and waits, or finds the new values. A
// transaction that wrote nothing takes effect at its last rv.
//
// Why each attempt sees one state. Let a read at rv find version u ≤ rv of c,
// unlocked and unchanged. A commit that writes c with a version in (u, rv]
// locked c before the clock reached that version, that is before rv was
// sampled; then the read would have found c locked or newer. So u is what c
// held at rv, for every c.
//
// Why commits are serializable at wv. A commit T validates with its locks held
// and wv drawn. A commit that wrote something T read, with a version between
// rv and wv, locked it before drawing and so before T validates: T finds it
// locked or newer, and is lost. With equal versions (GV4) the two hold
// different locks; if one read what the other writes, it finds it locked.
//
// # Files
//
//	word.go cell.go clock.go     the data
//	tx.go read.go write.go       one attempt
//	commit.go single.go          what writes
//	run.go signal.go misuse.go   the life of a transaction
//	savepoint.go hooks.go        parts of one
//	commute.go                   writes that do not read
//	wait.go annex.go             Retry
//	snapshot.go history.go sweep.go   Views
//	gate.go quiesce.go           the serial token; the fence
//	registry.go activity.go stats.go report.go noise.go   what others see
package engine
