/*
 * Retry: how a transaction sleeps until something that it read changes.
 *
 * WAITERS processes read any non-empty set of V variables and then, as their
 * bodies please, return or wait for a change; a sleeper may be cancelled at any
 * time. WRITERS processes make COMMITS commits each, to any non-empty set of
 * variables; any of them may abort with its locks held.
 *
 *   word[x]   version of x; LOCK while a committer holds x; WAIT while somebody
 *             may sleep for x
 *   list[x]   who waits for x, under a mutex: push, take and remove are one
 *             step each
 *   woken     one flag a sleeper
 *
 *   waiter    read each x: word[x] without WAIT, once it is unlocked
 *             woken := no
 *             each x:  push itself on list[x]
 *                      once word[x] is unlocked, as one CAS:
 *                        other version  ──> stale
 *                        same version   ──> set WAIT
 *             stale ? ── no ──> sleep until woken or cancelled
 *             each x:  remove itself from list[x]
 *             cancelled ? end : run again
 *
 *   writer    lock each x, keeping the old word   ── locked ──> restore, give up
 *             (abort: restore the old words, WAIT included)
 *             word[x] := new version, without LOCK and WAIT
 *             each x whose old word had WAIT:  take list[x]; wake each
 *
 * A wait has a record of its own: a waker that took the list before the waiter
 * left wakes a record that nobody sleeps on any more, not a later wait.
 *
 * Checked: who still sleeps when all writers are done has read nothing that has
 * changed; no list keeps who is gone; no wake reaches a later wait of the same
 * waiter; nothing blocks for ever.
 *
 * EARLY=1 wakes after locking and before publishing. That is not a bug: who is
 * woken early finds the word locked, and so does who registers late.
 *
 * Macros: WAITERS (at most 8), V, WRITERS, COMMITS. BUG=n seeds a bug:
 *
 *    1  WAIT is set before the push
 *    2  WAIT is set whatever the version
 *    3  an abort restores the word without WAIT
 *    4  the writer wakes before it locks
 *    5  the writer wakes one only
 *    6  a wait uses the record of the one before
 *    7  the writer trusts the word that it loaded before it locked
 *    8  WAIT is set in a locked word
 *    9  the waiter registers at the first variable only
 *   10  a waiter that goes stays on the lists
 *   11  woken is cleared after registration
 *   12  a stale waiter sleeps
 */

#ifndef WAITERS
#define WAITERS 2
#endif
#ifndef V
#define V 1
#endif
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef COMMITS
#define COMMITS 1
#endif
#ifndef EARLY
#define EARLY 0
#endif
#ifndef BUG
#define BUG 0
#endif

#define BIT(n)       (1 << (n))
#define HAS(set, n)  (((set) >> (n)) & 1)

#define LOCK       128
#define WAIT       64
#define locked(w)  ((w) >= LOCK)
#define plain(w)   ((w) & (WAIT-1))      /* the version */
#define bit(w)     ((w) & WAIT)

byte word[V];
byte clock;
byte list[V];          /* sets of waiters                                    */
byte woken;            /* set of waiters                                     */
byte asleep;           /* ghost: set of waiters in a wait                    */
byte taken[WRITERS];   /* waiters a writer has taken from a list, to wake    */
byte late[WRITERS];    /* ghost: of these, records whose wait has ended      */
byte ended;            /* writers that have made all their commits           */
byte arrived;          /* waiters and writers that have begun; they are alike, */
byte started;          /* so they are numbered by their first steps           */

/* Nothing that this waiter read has changed. */
#if V == 1
#define unchanged (plain(word[0]) == seen[0])
#else
#define unchanged ((!HAS(reads, 0) || plain(word[0]) == seen[0]) && (!HAS(reads, 1) || plain(word[1]) == seen[1]))
#endif

active [WAITERS] proctype waiter()
{
	byte reads;        /* set of variables           */
	byte seen[V];      /* their words, without WAIT  */
	byte k, i;
	bool cancelled;

	atomic {
		arrived == _pid; arrived++;
#if V == 1
		reads = 1
#else
		if
		:: reads = 1
		:: reads = 2
		:: reads = 3
		fi
#endif
	}

body:
	k = 0;
	do
	:: atomic { k < V && HAS(reads, k) && !locked(word[k]) -> seen[k] = plain(word[k]); k++ }
#if V > 1
	:: k < V && !HAS(reads, k) -> k++
#endif
	:: k == V -> break
	od;
	k = 0;
	if
	:: atomic { seen[0] = 0; seen[V-1] = 0; goto gone }                   /* the body returns */
	:: atomic { woken = woken & ~BIT(_pid); asleep = asleep | BIT(_pid) } /* the body waits   */
	fi;
	do
#if V > 1
	:: k < V && !HAS(reads, k) -> k++
#endif
	:: k < V && HAS(reads, k) ->
#if BUG == 1
		atomic {
			if
			:: !locked(word[k]) && plain(word[k]) == seen[k] -> word[k] = word[k] | WAIT
			:: !locked(word[k]) && plain(word[k]) != seen[k] -> goto leave
			fi
		}
		list[k] = list[k] | BIT(_pid);
#else
		list[k] = list[k] | BIT(_pid);
		atomic {
			if
#if BUG == 2
			:: !locked(word[k]) -> word[k] = word[k] | WAIT
#elif BUG == 8
			:: plain(word[k]) == seen[k] -> word[k] = word[k] | WAIT
			:: plain(word[k]) != seen[k] -> goto leave
#else
			:: !locked(word[k]) && plain(word[k]) == seen[k] -> word[k] = word[k] | WAIT
#if BUG == 12
			:: !locked(word[k]) && plain(word[k]) != seen[k]
#else
			:: !locked(word[k]) && plain(word[k]) != seen[k] -> goto leave
#endif
#endif
			fi
		}
#endif
#if BUG == 9
		k = V
#else
		k++
#endif
	:: k == V -> break
	od;
#if BUG == 11
	woken = woken & ~BIT(_pid);
#endif

	/* Sleep, until the end if nothing happens: then nothing must have changed. */
	atomic {
		if
		:: HAS(woken, _pid)
		:: cancelled = true
		:: ended == WRITERS && !HAS(woken, _pid) -> assert(unchanged); cancelled = true
		fi
	}

leave:
	k = 0;
#if BUG != 10
	do
	:: atomic { k < V -> list[k] = list[k] & ~BIT(_pid); k++ }
	:: k == V -> k = 0; break
	od;
#endif
	/* The record is garbage now: a waker that still holds it wakes nobody. */
	atomic {
		do
		:: i < WRITERS ->
			late[i] = late[i] | (taken[i] & BIT(_pid));
#if BUG != 6
			taken[i] = taken[i] & ~BIT(_pid);
			late[i] = late[i] & ~BIT(_pid);
#endif
			i++
		:: i == WRITERS -> i = 0; break
		od;
		asleep = asleep & ~BIT(_pid);
		woken = woken & ~BIT(_pid);
		seen[0] = 0; seen[V-1] = 0;
		if
		:: cancelled -> cancelled = false
		:: !cancelled -> goto body
		fi
	}
gone:
	reads = 0;
	assert(!HAS(list[0], _pid) && !HAS(list[V-1], _pid))
}

#define self (_pid - WAITERS)

/* Wakes who waits for variable k. */
inline wake() {
	atomic {
#if BUG == 5
		taken[self] = list[k] & -list[k];   /* the lowest */
		list[k] = list[k] & ~taken[self]
#else
		taken[self] = list[k];
		list[k] = 0
#endif
	}
	w = 0;
	do
	:: w < WAITERS && !HAS(taken[self], w) -> w++
	:: atomic {
		w < WAITERS && HAS(taken[self], w) ->
		assert(!HAS(late[self], w) || !HAS(asleep, w));   /* not a later wait */
		taken[self] = taken[self] & ~BIT(w);
		late[self] = late[self] & ~BIT(w);
		woken = woken | BIT(w);
		w++
	   }
	:: w == WAITERS -> w = 0; break
	od
}

inline wake_all() {
	k = 0;
	do
	:: k < V && HAS(writes, k) && bit(old[k]) -> wake(); k++
	:: k < V && !(HAS(writes, k) && bit(old[k])) -> k++
	:: k == V -> k = 0; break
	od
}

active [WRITERS] proctype writer()
{
	byte writes, old[V], k, w, commits, wv;

again:
	atomic {
		commits > 0 || started == self;
		started = (commits == 0 -> started + 1 : started);
		commits++;
#if V == 1
		writes = 1
#else
		if
		:: writes = 1
		:: writes = 2
		:: writes = 3
		fi
#endif
	}

#if BUG == 4
	do
	:: k < V && HAS(writes, k) && bit(word[k]) -> wake(); k++
	:: k < V && !(HAS(writes, k) && bit(word[k])) -> k++
	:: k == V -> k = 0; break
	od;
#endif

	do   /* k counts the variables dealt with */
#if V > 1
	:: k < V && !HAS(writes, k) -> k++
#endif
#if BUG == 7
	:: k < V && HAS(writes, k) -> old[k] = word[k] & ~LOCK;
		if
		:: atomic { !locked(word[k]) -> word[k] = word[k] | LOCK; k++ }
		:: locked(word[k]) -> goto restore
		fi
#else
	:: atomic { k < V && HAS(writes, k) && !locked(word[k]) -> old[k] = word[k]; word[k] = word[k] | LOCK; k++ }
	:: k < V && HAS(writes, k) && locked(word[k]) -> goto restore
#endif
	:: k == V -> break
	od;
	if
	:: goto restore   /* a conflict, or the gate */
	:: skip
	fi;

#if EARLY
	wake_all();
#endif
	k = 0;
	atomic { clock++; wv = clock }
	do
#if V > 1
	:: k < V && !HAS(writes, k) -> k++
#endif
	:: atomic { k < V && HAS(writes, k) -> word[k] = wv; k++ }
	:: k == V -> break
	od;
#if !EARLY && BUG != 4
	wake_all();
#endif
	goto next;

restore:
	do
#if V > 1
	:: k > 0 && !HAS(writes, k-1) -> k--
#endif
	:: atomic { k > 0 && HAS(writes, k-1) -> k--; word[k] = (BUG == 3 -> plain(old[k]) : old[k]) }
	:: k == 0 -> break
	od;

next:
	atomic {
		k = 0; wv = 0; writes = 0; old[0] = 0; old[V-1] = 0;
		if
		:: commits < COMMITS -> goto again
		:: commits == COMMITS -> ended++
		fi
	}
}
