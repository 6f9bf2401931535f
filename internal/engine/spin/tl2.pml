/*
 * The commit protocol: begin, read, extend, commit, the clock, the gate.
 *
 * T processes, each a descriptor with its block of versions, run ATTEMPTS
 * attempts in all. An attempt is *every* program of up to OPS operations over V
 * variables: the body chooses its next operation at random, so one run of the
 * checker covers all programs in all interleavings. Writes are logged only, so
 * nothing is lost by putting them after the reads.
 *
 *   word[x]    version of x, and LOCK on top while a committer holds x
 *   value[x]   token of the attempt that wrote x (see ghost.pml)
 *   issued     the last version given out, in blocks of BLOCK
 *   shown      up to which version snapshots may read
 *   last, end  of a process: its block ends at end and is used up to last
 *
 *   begin     rv := shown
 *
 *   read x    l := word[x]  ── locked ──> wait until it is not, again
 *             v := value[x]
 *             word[x] = l ?  ── no ───> again
 *             l <= rv, or one of the own block ?  ── yes ──> log (x, l), return v
 *             extend
 *             word[x] = l ?  ── no ───> again
 *                            ── yes ──> log (x, l), return v
 *
 *   extend    t := shown;  or, now and then, t := issued, show t, t := shown
 *             each logged (y, m):  wait while y is locked
 *                                  word[y] = m ?  ── no ──> abort
 *             rv := t
 *
 *   show v    shown := max(shown, v)
 *
 *   write x   log. A later read of x returns the logged value.
 *
 *   commute x log a function of whatever x holds when it is published. A later
 *             read of x reads it as above and makes the entry an ordinary write.
 *
 *   commit    nothing written: done
 *             each written x:  CAS word[x] := LOCK|word[x]
 *                              ── locked ──> unlock all, abort
 *             gate closed ?  ── yes ──> unlock all, wait until it opens, lock again
 *             wv := 1 + max(shown, last, version of each written x)
 *             wv <= end ?  ── no ──> issued := issued+BLOCK; wv := first of these
 *             a View runs ?  ── yes ──> show wv
 *             if there are many reads:
 *                      issued = end ?  ── yes ──>
 *                               rv >= end-BLOCK ?  ── yes ──> publish
 *                                                  ── no ───> show end-BLOCK
 *             each logged (y, m):  word[y] = m, or word[y] = LOCK|m
 *                                  and y is written here ?
 *                                  ── no ──> unlock all, abort
 *   publish   each written x:  value[x] := token
 *                              word[x] := wv           (publishes and unlocks)
 *
 *   token     queue (FIFO), close the gate, begin. Locks wait, extension cannot
 *             fail, commit checks nothing. Open the gate, leave.
 *
 *   upgrade   amid the body: queue, close the gate, extend as above. If that
 *             fails, abort, open the gate and leave.
 *
 * Each line that touches shared state is one step; steps of different processes
 * interleave freely. Purely local work is folded into a neighbouring step. What
 * the engine decides by numbers is open here: whether an extension shows, and
 * whether reads are many.
 *
 * Macros: T, ATTEMPTS, OPS, V, BLOCK. LEFT=n: n blocks are left from earlier
 * transactions, of each of which one version is used; a variable may carry it,
 * and unless HEIRS=0 a process may own the block. EXT=0: abort instead of
 * extending. VIEWS=1: a View comes. GATE=1: up to TOKENS transactions take the
 * token. UPGRADE=1 (with GATE=1), COMMUTE=1: these operations too.
 * BUG=n seeds a bug:
 *
 *    1  a read does not load the word a second time
 *    2  an extension checks nothing
 *    3  after an extension a read does not look at its word again
 *    4  commit does not validate
 *    5  commit validates before it locks
 *    6  commit draws its version before it locks
 *    7  commit publishes the word before the value
 *    8  commit ignores the gate
 *    9  commit looks at the gate before it locks
 *   10  validation is skipped whoever has drawn since the block was taken
 *   11  validation is skipped whatever of the blocks before was shown
 *   12  an abort leaves its locks behind
 *   13  validation takes every lock for its own
 *   14  validation takes its own locks for foreign ones and the reverse
 *   15  validation is skipped once the blocks before are shown, however late
 *   16  a read does not wait for a locked word
 *   17  an extension samples the clock after its checks
 *   18  a read overlooks what the attempt itself wrote
 *   19  the token's holder opens the gate before it locks
 *   20  an upgrade checks nothing
 *   21  an upgrade closes the gate after its checks
 *   22  an extension accepts a locked word of the right version
 *   23  a lock is taken by load and store, not by CAS
 *   24  a commute is computed before the lock is taken
 *   25  reading a commuted variable leaves no entry in the read set
 *   26  a version is drawn whatever is shown
 *   27  a version is drawn whatever it overwrites
 *   28  a block is used beyond its end when readers overtook it
 *   29  a block is used beyond its end by one
 *   30  blocks are taken by load and store, not by one addition
 *   31  a snapshot begins at issued, which it does not show
 *   32  an extension goes to issued, which it does not show
 *   33  an extension goes to the version that it was made for
 *   34  any version from the own block on counts as own
 *   35  versions of the block below the own one count as own
 */

#ifndef T
#define T 2
#endif
#ifndef ATTEMPTS
#define ATTEMPTS T
#endif
#ifndef V
#define V 2   /* at most 3 */
#endif
#ifndef OPS
#define OPS 2
#endif
#ifndef BLOCK
#define BLOCK 2
#endif
#ifndef LEFT
#define LEFT 0
#endif
#ifndef HEIRS
#define HEIRS 1
#endif
#ifndef EXT
#define EXT 1
#endif
#ifndef VIEWS
#define VIEWS 0
#endif
#ifndef GATE
#define GATE 0
#endif
#ifndef TOKENS
#define TOKENS ATTEMPTS
#endif
#ifndef UPGRADE
#define UPGRADE 0
#endif
#ifndef COMMUTE
#define COMMUTE 0
#endif
#ifndef BUG
#define BUG 0
#endif

#define NODES ATTEMPTS
#include "ghost.pml"

#define LOCK       128
#define locked(w)  ((w) >= LOCK)
#define version(w) ((w) & (LOCK-1))
#define max(a, b)  ((a) > (b) -> (a) : (b))

byte word[V];
byte value[V];
byte issued = BLOCK*LEFT;
byte shown;
byte begun;     /* attempts                                              */
byte nodes;     /* the same, numbered when they sample the clock         */
byte arrived;   /* processes begun and variables used: these only break  */
byte touched;   /* symmetry, see next and pick                           */

#if LEFT && HEIRS
byte taken;     /* set of left blocks that have an owner                 */
#endif

#if VIEWS
bool present;   /* a View has announced itself                           */
#endif

#if !COMMUTE
#define deferred 0
#endif

#if GATE
byte tail, head;     /* the token's queue: tickets drawn, ticket served  */
bool gate;           /* closed                                           */
#define serial token
#else
#define serial false
#endif

/* Leave the token to the next in the queue. */
inline open_gate() {
	gate = false;
	atomic { head++; token = false; ticket = 0 }
}

/* The predicates that some seeded bug gets wrong. */

#if BUG == 16
#define readable(w) true
#else
#define readable(w) (!locked(w))
#endif

#if BUG == 34
#define own(w) ((w) > end - BLOCK && end > 0)
#elif BUG == 35
#define own(w) ((w) > end - 2*BLOCK && (w) <= last)
#else
#define own(w) ((w) > end - BLOCK && (w) <= last)
#endif

#if BUG == 2
#define settled(w)    true
#define current(w, i) true
#elif BUG == 22
#define settled(w)    true
#define current(w, i) (version(w) == rver[i])
#else
#define settled(w)    (!locked(w))
#define current(w, i) ((w) == rver[i])
#endif

#if BUG == 4
#define valid(w, i) true
#elif BUG == 13
#define valid(w, i) (version(w) == rver[i])
#elif BUG == 14
#define valid(w, i) (version(w) == rver[i] && (!locked(w) || !HAS(mine, rvar[i])))
#else
#define valid(w, i) (version(w) == rver[i] && (!locked(w) || HAS(mine, rvar[i])))
#endif

#if BUG == 10
#define latest true
#else
#define latest (issued == end)
#endif
#if BUG == 11
#define all_before_seen true
#elif BUG == 15
#define all_before_seen (shown >= end - BLOCK)
#else
#define all_before_seen (rv >= end - BLOCK)
#endif

#define written(x) (HAS(mine, x) -> version(word[x]) : 0)
#if BUG == 27 || BUG == 6
#define overwritten 0
#elif V == 1
#define overwritten written(0)
#elif V == 2
#define overwritten max(written(0), written(1))
#else
#define overwritten max(written(0), max(written(1), written(2)))
#endif
#if BUG == 26
#define floor max(overwritten, last)
#else
#define floor max(shown, max(overwritten, last))
#endif
#if BUG == 28
#define at_hand (last < end)
#elif BUG == 29
#define at_hand (floor <= end && end > 0)
#else
#define at_hand (floor < end)
#endif

/*
 * Chooses x. Variables are alike, so the first one used in a run is called 0,
 * the next one 1: each behaviour is explored under one naming only.
 */
inline pick() {
	if
	:: x = 0
#if V > 1
	:: touched > 0 -> x = 1
#endif
#if V > 2
	:: touched > 1 -> x = 2
#endif
	fi;
#if LEFT
	if
	:: x == touched -> word[x] = 1   /* last written by the owner of block 0 */
#if LEFT > 1
	:: x == touched -> word[x] = 1 + BLOCK
#endif
	:: true
	fi;
#endif
	touched = (x == touched -> x + 1 : touched)
}

/* What may be left to a process: a block in use. */
#if LEFT && HEIRS
inline inherit() {
	if
	:: !HAS(taken, 0) -> taken = taken | BIT(0); last = 1; end = BLOCK
#if LEFT > 1
	:: !HAS(taken, 1) -> taken = taken | BIT(1); last = 1 + BLOCK; end = 2*BLOCK
#endif
	:: true
	fi
}
#else
#define inherit() skip
#endif

/* begin: the graph orders the attempt after everything that has ended by now. */
inline begin() {
	me = nodes;
	nodes++;
	rv = (BUG == 31 -> issued : shown);
	ghost_begin(me)
}

/* Samples the clock for an extension. */
inline sample_clock() {
	if
#if BUG == 32
	:: now = issued
#elif BUG == 33
	:: now = max(shown, l)
#else
	:: now = shown
	:: now = issued -> atomic { shown = max(shown, now); now = shown }
#endif
	fi
}

/* The checks of an extension, one entry a step. */
inline check_entries(must_succeed) {
	k = 0;
	do
	:: atomic {
		k < rn && settled(word[rvar[k]]) ->
		if
		:: current(word[rvar[k]], k) -> k++
		:: else ->
			assert(!(must_succeed));
			k = 0; ghost_end(me); goto finish
		fi
	   }
	:: atomic { k == rn -> k = 0; rv = now; now = 0; break }
	od
}

inline extend(must_succeed) {
#if BUG == 17
	now = rv;
	check_entries(must_succeed);
	sample_clock();
	rv = now; now = 0
#else
	sample_clock();
	check_entries(must_succeed)
#endif
}

/* Locks the write set. k counts the locks held. */
inline lock_all() {
	k = 0;
	do
#if BUG == 23
	:: k < wn -> l = word[wvar[k]];
	   atomic {
		if
		:: !locked(l) -> word[wvar[k]] = LOCK | l; l = 0; k++
		:: else -> l = 0; ghost_end(me); goto abort
		fi
	   }
#else
	:: atomic { k < wn && !locked(word[wvar[k]]) -> word[wvar[k]] = LOCK | word[wvar[k]]; k++ }
	:: atomic { k < wn && locked(word[wvar[k]]) && !serial -> ghost_end(me); goto abort }
#endif
	:: k == wn -> break
	od
}

inline check_gate() {
	if
	:: !gate || serial
	:: atomic { gate && !serial -> shut = true; goto abort }
	fi
}

/* The first step looks at shown. If that leaves nothing of the own block the
 * second one takes another. */
inline draw() {
	if
	:: atomic { at_hand -> wv = floor + 1; last = wv }
	:: !at_hand ->
#if BUG == 30
		now = issued;
		atomic { issued = now + BLOCK; end = issued; wv = end - BLOCK + 1; last = wv; now = 0 }
#else
		atomic { issued = issued + BLOCK; end = issued; wv = end - BLOCK + 1; last = wv }
#endif
	fi;
#if VIEWS
	if
	:: present -> shown = max(shown, wv)
	:: !present
	fi
#endif
}

inline validate() {
	k = 0;
#if BUG != 5
	if
	:: true   /* few reads, or somebody has taken a block since */
	:: rn > 0 && !serial && latest ->
		if
		:: atomic { all_before_seen -> k = rn }
		:: !all_before_seen -> shown = max(shown, end - BLOCK)
		fi
	fi;
#endif
	do
	:: atomic {
		k < rn && !serial ->
		if
		:: valid(word[rvar[k]], k) -> k++
		:: else -> k = (BUG == 5 -> 0 : wn); ghost_end(me); goto abort
		fi
	   }
	:: k == rn || serial -> break
	od
}

/* Versions of one variable ascend: the history of snapshot.pml relies on it. */
#if BUG == 0 || BUG == 27
#define ascends(x) assert(wv > version(word[x]))
#else
#define ascends(x) skip
#endif

inline publish() {
	k = 0;
	do
	:: k < wn ->
#if BUG == 7
		atomic { word[wvar[k]] = wv; ghost_publish(me, wvar[k]) }
		atomic { value[wvar[k]] = me + 1; k++ }
#else
		atomic {
#if COMMUTE && BUG != 24
			if
			:: HAS(deferred, wvar[k]) -> ghost_read(me, wvar[k], value[wvar[k]])
			:: else
			fi;
#endif
			value[wvar[k]] = me + 1
		}
		atomic { ascends(wvar[k]); word[wvar[k]] = wv; ghost_publish(me, wvar[k]); k++ }
#endif
	:: atomic { k == wn -> ghost_end(me); break }
	od
}

active [T] proctype worker()
{
	bool known;                      /* has begun an attempt              */
	byte last, end;                  /* its block of versions             */
	byte me;                         /* the attempt's node                */
	byte rv, wv;                     /* read and write version            */
	byte x, l, v, now;               /* of the access at hand             */
	byte k;                          /* an index into a log               */
	byte ops;                        /* operations of the attempt so far  */
	byte rn, rvar[OPS], rver[OPS];   /* read set                          */
	byte wn, wvar[V], mine;          /* write set, as list and as set     */
#if COMMUTE
	byte deferred;                   /* written variables that commute    */
#endif
#if GATE
	bool token;                      /* held, and the gate is closed      */
	bool shut;                       /* the gate turned this commit away  */
	byte ticket;
#endif

end_next:
	/* The processes are alike: they are numbered by their first steps. */
	atomic {
		begun < ATTEMPTS && (known || arrived == _pid);
		if
		:: !known -> inherit(); known = true; arrived++
		:: known
		fi;
		begun++;
#if GATE
		if
		:: begin(); goto body
		:: tail < TOKENS -> ticket = tail; tail++
		fi
#else
		begin(); goto body
#endif
	}

#if GATE
	atomic { head == ticket -> token = true }
	gate = true;
	atomic { begin() }
#endif

body:
	atomic {
		do
		:: ops < OPS ->
			ops++;
			pick();
			if
			:: wn == 0 -> readable(word[x]) -> l = word[x]; goto sample
			:: !HAS(mine, x) -> wvar[wn] = x; wn++; mine = mine | BIT(x)
#if COMMUTE
			:: !HAS(mine, x) -> wvar[wn] = x; wn++; mine = mine | BIT(x); deferred = deferred | BIT(x)
			:: HAS(deferred, x) -> readable(word[x]) -> l = word[x]; goto sample
#endif
			:: HAS(mine, x) && !HAS(deferred, x) ->   /* read back */
				v = (BUG == 18 -> value[x] : me + 1);
				assert(v == me + 1);
				v = 0
			fi
#if UPGRADE
		:: ops < OPS && wn == 0 && !serial && tail < TOKENS -> ops++; ticket = tail; tail++; goto upgrade
#endif
		:: wn == 0 -> ghost_end(me); goto done
		:: wn > 0  -> x = 0; ops = 0; goto commit
		od
	}

read:
	atomic { readable(word[x]) -> l = word[x] }
sample:
	v = value[x];
	atomic {
#if BUG != 1
		if
		:: word[x] != l -> l = 0; v = 0; goto read
		:: word[x] == l
		fi;
#endif
		if
		:: l <= rv || own(l)
		:: !(l <= rv || own(l)) -> goto newer
		fi;
take:
#if BUG != 25
		rvar[rn] = x; rver[rn] = version(l); rn++;
#endif
#if COMMUTE
		deferred = deferred & ~BIT(x);
#endif
		ghost_read(me, x, v);
		l = 0; v = 0; x = 0;
		goto body
	}

newer:
#if EXT
	extend(serial);
	atomic {
		if
#if BUG != 3
		:: word[x] != l -> l = 0; v = 0; goto read
#endif
		:: word[x] == l || BUG == 3 -> goto take
		fi
	}
#else
	atomic { ghost_end(me); goto finish }
#endif

#if UPGRADE
upgrade:
	atomic { head == ticket -> token = true }
#if BUG == 21
	extend(false);
	gate = true;
#elif BUG == 20
	gate = true;
#else
	gate = true;
	extend(false);
#endif
	goto body;
#endif

commit:
#if BUG == 5
	validate(); lock_all(); draw();
#elif BUG == 6
	draw(); lock_all(); validate();
#elif BUG == 8
	lock_all(); draw(); validate();
#elif BUG == 9
	check_gate(); lock_all(); draw(); validate();
#elif BUG == 19
	if
	:: serial -> gate = false
	:: else
	fi;
	lock_all(); draw(); validate();
#elif GATE
	lock_all(); check_gate(); draw(); validate();
#elif BUG == 24
	k = 0;
	do
	:: k < wn -> atomic {
		if
		:: HAS(deferred, wvar[k]) -> readable(word[wvar[k]]) -> ghost_read(me, wvar[k], value[wvar[k]])
		:: else
		fi;
		k++
	   }
	:: k == wn -> break
	od;
	lock_all(); draw(); validate();
#else
	lock_all(); draw(); validate();
#endif
	publish();
	goto done;

abort:
	/* Unlock k .. 1, a store each, leaving the words as they were. */
	do
	:: atomic { k > 0 -> k--; word[wvar[k]] = (BUG == 12 -> word[wvar[k]] : version(word[wvar[k]])) }
	:: k == 0 -> break
	od;
#if GATE
	if
	:: atomic { shut && !gate -> shut = false; goto commit }
	:: !shut
	fi;
#endif
	goto finish;

done:
#if GATE
	if
	:: serial -> open_gate()
	:: !serial
	fi;
#endif

finish:
	/* Forget everything, so that equal situations are equal states. */
	atomic {
		me = 0; rv = 0; wv = 0; x = 0; l = 0; v = 0; now = 0; k = 0; ops = 0;
		do
		:: rn > 0 -> rn--; rvar[rn] = 0; rver[rn] = 0
		:: rn == 0 -> break
		od;
		do
		:: wn > 0 -> wn--; wvar[wn] = 0
		:: wn == 0 -> break
		od;
#if COMMUTE
		deferred = 0;
#endif
		mine = 0
	}
#if UPGRADE
	if
	:: serial -> open_gate()   /* lost its upgrade */
	:: !serial
	fi;
#endif
	if
	:: begun < ATTEMPTS -> goto end_next
	:: begun == ATTEMPTS
	fi
}

#if VIEWS
/* What a View does to the clock. */
active proctype view()
{
	byte s;

	present = true;
	s = issued;
	atomic { shown = max(shown, s); s = 0 }
	present = false
}
#endif
