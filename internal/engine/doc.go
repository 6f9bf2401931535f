// Package engine is the protocol: versioned cells, transactions over them,
// and how transactions wait, give way and see the past. Packages stm, tvar and
// sched are thin layers over it; nothing outside of this module can use it.
//
// # The protocol
//
// Every cell carries, in one word, the version of the commit that wrote it and
// a lock bit. A transaction reads as of a snapshot and buffers
// its writes. The clock is two numbers: issued, the last version that somebody
// may use, and shown, up to which versions count as old (clock.go).
//
//	1 begin     announce the attempt; rv := shown
//	2 read c    word, value, word again: unlocked, unchanged, and
//	            version ≤ rv, or one that this descriptor used itself
//	            locked: wait for the holder, who never waits
//	            newer:  extend - if all reads are still current, and c too,
//	                    the value belongs; now and then shown := issued
//	                    on the way; else the attempt is lost
//	3 write c   into the write set; later reads find it there
//	4 commit    lock the write set, by try-lock
//	            gate closed? unlock, wait, lock again
//	            wv := own unused version > shown, > what is overwritten
//	            Views running? shown := wv at least
//	            every read still current? else unlock, the attempt is lost
//	            per cell: keep the old version if a snapshot wants it,
//	                      store the value, store the word (version wv, unlocked)
//	            wake who waited for these cells
//
// The commit takes effect when wv is drawn, with all locks held. A transaction
// that wrote nothing takes effect at its last extension, or at its begin.
//
// Why each attempt sees one state. Call τ the instant at which rv was sampled,
// at begin or for the last extension; all reads so far were current then. Let
// a later read find version u ≤ rv of c, unlocked and unchanged. Whoever wrote
// u had its locks before shown reached u, so before τ; and since c still has u
// nobody has overwritten it. So u was current at τ, in the sense that its
// commit had all its locks, or had published. Our own versions are older than
// our begin. Anything else is an extension, which moves τ.
//
// Why commits are serializable at their draw. A commit T validates with its
// locks held. A commit U that wrote what T read, and is serialized before T,
// had its locks when it drew, before T drew and validated: T finds the cell
// locked or newer, and is lost.
//
// Why a View sees one state. It takes s := issued and then makes shown at least
// s. A version ≤ s was drawn above an older shown, so its commit had its locks
// by then: the View waits for it, or finds it published. What remains is that
// commits ≤ s never depend on one > s, that is on one that took its block after
// the View had announced itself. Such a commit finds the announcement and
// shows its version before it validates; so who overwrites what it read, or
// reads or overwrites what it wrote, draws a larger one.
//
// # Files
//
//	word.go cell.go clock.go     the data
//	tx.go read.go write.go       one attempt
//	commit.go single.go both.go  what writes
//	run.go signal.go misuse.go   the life of a transaction
//	savepoint.go hooks.go        parts of one
//	commute.go                   writes that do not read
//	wait.go annex.go sleeping.go await.go Retry
//	snapshot.go history.go sweep.go   Views
//	turn.go rivals.go admission.go    who goes first after a conflict
//	gate.go sites.go watchdog.go quiesce.go   the serial token; the fence
//	registry.go activity.go grace.go stats.go report.go noise.go   what others see
package engine
