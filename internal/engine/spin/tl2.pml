/*
 * The commit protocol: begin, read, extend, commit, the gate and the token.
 *
 * T processes run A attempts each. An attempt is *every* program of up to OPS
 * operations over V variables: the body chooses its next operation at random,
 * so one run of the checker covers all programs in all interleavings.
 *
 *   word[x]   version of x, and LOCK on top while a committer holds x
 *   value[x]  token of the attempt that wrote x (see ghost.pml)
 *   clock     version of the latest commit that may have begun to publish
 *
 *   begin     rv := clock
 *
 *   read x    l := word[x] ── locked ──> wait until it is not, again
 *             v := value[x]
 *             word[x] = l ?  ── no ───> again
 *             l <= rv     ?  ── yes ──> log (x, l), return v
 *             extend:  now := clock
 *                      each logged (y, m):  wait while y is locked
 *                                           word[y] = m ?  ── no ──> abort
 *                      rv := now, again               (x itself is read anew)
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
 *             g := clock
 *             CAS clock: g -> g+1 ?  ── yes ──> wv := g+1, unique
 *                                    ── no ───> wv := clock
 *             unique and wv = rv+1 ?  ── no ──>
 *                      each logged (y, m):  word[y] = m, or word[y] = LOCK|m
 *                                           and y is written here ?
 *                                           ── no ──> unlock all, abort
 *             each written x:  value[x] := token
 *                              word[x] := wv           (publishes and unlocks)
 *
 *   token     queue (FIFO), close the gate, begin. Reads and locks wait,
 *             extension and commit check nothing. Open the gate, leave.
 *
 *   upgrade   amid the body: queue, close the gate, extend as above. If that
 *             fails, abort, open the gate and leave.
 *
 * Each line that touches shared state is one step; steps of different processes
 * interleave freely. Purely local work is folded into a neighbouring step.
 *
 * Macros: T, A, OPS, V. EXT=0: abort instead of extending. GATE=1: up to TOKENS
 * transactions take the token. UPGRADE=1 (with GATE=1), COMMUTE=1: these
 * operations too. BUG=n seeds a bug:
 *
 *    1  a read does not load the word a second time
 *    2  an extension checks nothing
 *    3  after an extension a read returns the value that it already had
 *    4  commit does not validate
 *    5  commit validates before it locks
 *    6  commit draws its version before it locks
 *    7  commit publishes the word before the value
 *    8  commit ignores the gate
 *    9  commit looks at the gate before it locks
 *   10  validation is skipped when wv = rv+1, unique or not
 *   11  validation is skipped for any unique version
 *   12  an abort leaves its locks behind
 *   13  validation takes every lock for its own
 *   14  validation takes its own locks for foreign ones and the reverse
 *   15  who loses the race for the clock keeps the time before it
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
 */

#ifndef T
#define T 2
#endif
#ifndef A
#define A 1
#endif
#ifndef V
#define V 2
#endif
#ifndef OPS
#define OPS 2
#endif
#ifndef EXT
#define EXT 1
#endif
#ifndef GATE
#define GATE 0
#endif
#ifndef TOKENS
#define TOKENS (T*A)
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

#define NODES (T*A)
#include "ghost.pml"

#define LOCK       128
#define locked(w)  ((w) >= LOCK)
#define version(w) ((w) & (LOCK-1))

byte word[V];
byte value[V];
byte clock;
byte nodes;     /* attempts begun: numbers the nodes of the graph        */
byte arrived;   /* processes begun and variables used: these only break  */
byte touched;   /* symmetry, see next and pick                           */

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
#define nobody_between (wv == rv + 1)
#elif BUG == 11
#define nobody_between unique
#else
#define nobody_between (unique && wv == rv + 1)
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
	touched = (x == touched -> x + 1 : touched)
}

/* begin: the graph orders the attempt after everything that has ended by now. */
inline begin() {
	me = nodes;
	nodes++;
	rv = clock;
	ghost_begin(me)
}

/* The checks of an extension, one entry a step. */
inline check_entries() {
	k = 0;
	do
	:: atomic {
		k < rn && settled(word[rvar[k]]) ->
		if
		:: current(word[rvar[k]], k) -> k++
		:: else -> k = 0; ghost_end(me); goto finish
		fi
	   }
	:: atomic { k == rn -> k = 0; break }
	od
}

inline extend() {
#if BUG == 17
	check_entries();
	rv = clock
#else
	now = clock;
	check_entries();
	atomic { rv = now; now = 0 }
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

inline draw() {
	now = clock;
	if
	:: atomic { clock == now -> clock++; wv = clock; unique = true }
#if BUG == 15
	:: atomic { clock != now -> wv = now }
#else
	:: clock != now -> wv = clock
#endif
	fi
}

inline validate() {
	k = 0;
	do
	:: atomic {
		k < rn && !nobody_between && !serial ->
		if
		:: valid(word[rvar[k]], k) -> k++
		:: else -> k = (BUG == 5 -> 0 : wn); ghost_end(me); goto abort
		fi
	   }
	:: k == rn || nobody_between || serial -> break
	od
}

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
		atomic { word[wvar[k]] = wv; ghost_publish(me, wvar[k]); k++ }
#endif
	:: atomic { k == wn -> ghost_end(me); break }
	od
}

active [T] proctype worker()
{
	byte me;                         /* the attempt's node                */
	byte attempts;                   /* begun by this process             */
	byte rv, wv;                     /* read and write version            */
	byte x, l, v, now;               /* of the access at hand             */
	byte k;                          /* an index into a log               */
	byte ops;                        /* operations of the attempt so far  */
	byte rn, rvar[OPS], rver[OPS];   /* read set                          */
	byte wn, wvar[V], mine;          /* write set, as list and as set     */
	bool unique;
#if COMMUTE
	byte deferred;                   /* written variables that commute    */
#endif
#if GATE
	bool token;                      /* held, and the gate is closed      */
	bool shut;                       /* the gate turned this commit away  */
	byte ticket;
#endif

next:
	/* The processes are alike: they are numbered by their first steps. */
	atomic {
		attempts > 0 || arrived == _pid;
		arrived = (attempts == 0 -> arrived + 1 : arrived);
		attempts++;
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
			:: !HAS(mine, x) -> readable(word[x]) -> l = word[x]; goto sample
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
		:: ops < OPS && !serial && tail < TOKENS -> ops++; ticket = tail; tail++; goto upgrade
#endif
		:: wn == 0 -> ghost_end(me); goto done
		:: wn > 0  -> goto commit
		od
	}

read:
	atomic { readable(word[x]) -> l = word[x] }
sample:
	v = value[x];
	atomic {
		if
#if BUG != 1
		:: word[x] != l -> l = 0; v = 0; goto read
		:: word[x] == l ->
#else
		:: true ->
#endif
			if
			:: version(l) > rv -> goto newer
			:: version(l) <= rv
			fi
		fi;
#if BUG == 3
take:
#endif
#if COMMUTE
#if BUG != 25
		rvar[rn] = x; rver[rn] = version(l); rn++;
#endif
		deferred = deferred & ~BIT(x);
#else
		rvar[rn] = x; rver[rn] = version(l); rn++;
#endif
		ghost_read(me, x, v);
		l = 0; v = 0;
		goto body
	}

newer:
#if BUG != 3
	l = 0; v = 0;
#endif
	if
#if GATE
	:: serial -> rv = clock
#endif
#if EXT
	:: !serial -> extend()
#else
	:: atomic { !serial -> ghost_end(me); goto finish }
#endif
	fi;
#if BUG == 3
	goto take;
#else
	goto read;
#endif

#if UPGRADE
upgrade:
	atomic { head == ticket -> token = true }
#if BUG == 21
	extend();
	gate = true;
#elif BUG == 20
	gate = true;
#else
	gate = true;
	extend();
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
		mine = 0;
#if COMMUTE
		deferred = 0;
#endif
		unique = false
	}
#if UPGRADE
	if
	:: serial -> open_gate()   /* lost its upgrade */
	:: !serial
	fi;
#endif
	if
	:: attempts < A -> goto next
	:: attempts == A
	fi
}
