/*
 * Snapshots: how a View announces itself, and what writers keep for it.
 *
 * WRITERS processes make COMMITS commits each, VIEWS processes run RUNS bodies
 * each, one more process sweeps SWEEPS times at any moment. A commit writes any
 * of V variables in any order, a body reads any OPS of them.
 *
 *   word[x]    version of x, and LOCK on top while a committer holds x
 *   value[x]   token of the commit that wrote x (see ghost.pml)
 *   issued     the last version given out, in blocks of BLOCK
 *   shown      up to which version snapshots may read
 *   last, end  of a writer: its block ends at end and is used up to last
 *   past[x]    overwritten versions of x, newest first, as a linked list; the
 *              node of a version is named by the token of its value
 *   annex[x]   mutex: who holds it may change the links of past[x]
 *   slot[i]    NONE, PENDING, or the version of View i + FIRST
 *   presence   stamp and state. Every change advances the stamp.
 *
 *         absent ── View ──> present ── writer saw none ──> clearing
 *            ^                  ^                              │
 *            └─ still none ─────┼──────────────────────────────┤
 *                               └── a View, or one was found ──┘
 *
 *   View      slot := PENDING
 *             p := presence;  not present: CAS p -> present  ── lost ──> again
 *             rv := issued;  show rv
 *             slot := rv
 *             read x:  l := word[x], v := value[x], once it is unlocked
 *                      l <= rv ?  ── yes ──> return v
 *                      newest node of past[x] with a version <= rv: return its value
 *             slot := NONE
 *
 *   writer    lock the write set  ── locked ──> unlock all, give up
 *             wv := 1 + max(shown, last, version of each written x)
 *             wv <= end ?  ── no ──> issued := issued+BLOCK; wv := first of these
 *             presence absent ?  ── yes ──> publish
 *             show wv
 *             look:  seen := issued, then each slot
 *             no View seen ?     ── yes ──> clear, publish
 *             each written x:  take annex[x]
 *                              push the old version if wanted
 *                              unlink each node that is not wanted
 *                              give annex[x] back
 *             publish
 *
 *   show v    shown := max(shown, v)
 *
 *   clear     p := presence;  present ?  CAS p -> clearing  ── lost ──> done
 *             look again;  CAS (what we set) -> absent, or present if one was seen
 *
 *   sweep     look
 *             each x:  take annex[x];  l := word[x]
 *                      unlink each node that is not wanted. What replaced the
 *                      newest node is l; not known if x is locked and l is its
 *                      own version.
 *                      give annex[x] back
 *
 * A version is wanted if a View seen is PENDING, or has a version from this
 * version up to the one that replaced it; or if that one is newer than `seen`.
 *
 * There is no way out of a body but its end: a View runs once.
 *
 * What tl2.pml has shown is one step here: value and word are read together and
 * stored together. Writers read nothing: what a View must see depends only on
 * what is published when. Stores that only the holder of the annex can tell
 * apart are folded: taking it and the push, the last unlink and giving it back.
 *
 * Macros: WRITERS, COMMITS, VIEWS, RUNS, SWEEPS, V, OPS; WIDTH, variables that
 * a commit may write; START, presence at first, ABSENT or (left over from Views
 * that ended long ago) PRESENT; LEFT, writers that begin with a
 * block. BUG=n seeds a bug:
 *
 *    1  the old version is not pushed
 *    2  the slots are looked at before the version is drawn
 *    3  presence is cleared without a second look
 *    4  presence has no stamp
 *    5  a View does not announce itself as pending
 *    6  a version is dropped although a View stands exactly on it
 *    7  a look takes PENDING for NONE
 *    8  a View looks at presence before it is pending
 *    9  a View looks at issued before it has seen presence
 *   10  a writer looks at presence before it draws its version
 *   11  a sweep takes the version of a locked word for what replaced the newest node
 *   12  a look samples issued after the slots
 *   13  the old version is pushed after the new one is published
 *   14  a View takes the newest node, whatever its version
 *   15  a sweep does not take the annex
 *   16  a View that finds presence being cleared takes it for present
 *   17  a commit beside a View does not show its version
 *   18  a View does not show its version
 *   19  a View begins at shown
 *   20  a version is drawn whatever is shown
 *   21  a version is drawn whatever it overwrites
 */

#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef COMMITS
#define COMMITS 1
#endif
#ifndef FIRST_COMMITS
#define FIRST_COMMITS COMMITS
#endif
#ifndef VIEWS
#define VIEWS 1
#endif
#ifndef RUNS
#define RUNS 1
#endif
#ifndef SWEEPS
#define SWEEPS 1
#endif
#ifndef V
#define V 1
#endif
#ifndef OPS
#define OPS 1
#endif
#ifndef WIDTH
#define WIDTH V
#endif
#ifndef BLOCK
#define BLOCK 2
#endif
#ifndef LEFT
#define LEFT WRITERS
#endif
#ifndef START
#define START 1
#endif
#ifndef BUG
#define BUG 0
#endif

#define NODES (FIRST_COMMITS + (WRITERS-1)*COMMITS + VIEWS*RUNS)
#include "ghost.pml"

#define LOCK       128
#define locked(w)  ((w) >= LOCK)
#define version(w) ((w) & (LOCK-1))

#define NONE    0
#define PENDING 1
#define FIRST   2

/* Two low bits of presence; the rest is the stamp. */
#define ABSENT   0
#define PRESENT  1
#define CLEARING 2
#define state(p) ((p) & 3)
#if BUG == 4
#define turned(p, to) (to)
#else
#define turned(p, to) (((p) | 3) + 1 + (to))
#endif

#define NIL     255   /* the end of a list of nodes */
#define UNKNOWN 127   /* newer than any version     */

byte word[V];
byte value[V];
byte issued = LEFT*BLOCK;
byte shown;
byte nodes;
#if LEFT == 0
byte arrived;
#endif
byte presence = START;
byte slot[VIEWS];
bool annex[V];

byte past[V] = NIL;
byte link[V*(NODES+1)];
#define next(x, token) link[(x)*(NODES+1) + (token)]
byte stamped[NODES+1];   /* version of the value with that token */

/* A View seen in slot i that may read a version, given the one that replaced it. */
#if BUG == 6
#define stands(i, ver, newer) (seen[i] >= FIRST && seen[i]-FIRST > (ver) && seen[i]-FIRST < (newer))
#else
#define stands(i, ver, newer) (seen[i] >= FIRST && seen[i]-FIRST >= (ver) && seen[i]-FIRST < (newer))
#endif
#if BUG == 7
#define waits(i) false
#else
#define waits(i) (seen[i] == PENDING)
#endif

#if VIEWS == 1
#define pending_seen     (waits(0))
#define any(ver, newer)  stands(0, ver, newer)
#define none_seen        (seen[0] == NONE || (BUG == 7 && seen[0] == PENDING))
#else
#define pending_seen     (waits(0) || waits(1))
#define any(ver, newer)  (stands(0, ver, newer) || stands(1, ver, newer))
#define none_seen        ((seen[0] == NONE || (BUG == 7 && seen[0] == PENDING)) && (seen[1] == NONE || (BUG == 7 && seen[1] == PENDING)))
#endif
#define wanted(ver, newer) (pending_seen || (newer) > horizon || any(ver, newer))

/* Looks at issued, then at the slots, one at a time. */
inline look() {
#if BUG != 12
	horizon = issued;
#endif
	i = 0;
	do
	:: atomic { i < VIEWS -> seen[i] = slot[i]; i++ }
	:: atomic { i == VIEWS -> i = 0; break }
	od;
#if BUG == 12
	horizon = issued
#endif
}

/*
 * Unlinks what nobody wants, a store each. NEWER replaced the newest node, or is
 * about to. Only the holder of the annex changes links: its loads are no steps.
 */
inline trim(X, NEWER) {
	before_it = NIL; at = past[X]; newer = NEWER;
	do
	:: atomic { at != NIL && wanted(stamped[at], newer) ->
		before_it = at; newer = stamped[at]; at = next(X, at) }
	:: atomic { at != NIL && !wanted(stamped[at], newer) ->
		if
		:: before_it == NIL -> past[X] = next(X, at)
		:: before_it != NIL -> next(X, before_it) = next(X, at)
		fi;
		newer = stamped[at]; at = next(X, at) }
	:: atomic { at == NIL -> before_it = 0; newer = 0; at = 0; annex[X] = false; break }
	od
}

/*
 * If no View runs, later writers need not look. A View that comes meanwhile
 * changes presence, and with it the stamp, so that the last step fails.
 */
inline clear() {
	p = presence;
	if
	:: state(p) != PRESENT
#if V > 1   /* a lone variable's lock keeps others from this */
	:: state(p) == PRESENT && presence != p
#endif
#if BUG == 3
	:: atomic { state(p) == PRESENT && presence == p -> presence = turned(p, ABSENT) }
#else
	:: atomic { state(p) == PRESENT && presence == p -> presence = turned(p, CLEARING); p = presence }
		look();
		if
		:: atomic { presence == p -> presence = (none_seen -> turned(p, ABSENT) : turned(p, PRESENT)) }
		:: presence != p
		fi
#endif
	fi
}

/* Keeps the value being replaced, if a View wants it. wv will replace it. */
#if BUG == 1 || BUG == 13
#define push(X) skip
#else
#define push(X) next(X, value[X]) = past[X]; past[X] = value[X]
#endif

inline keep(X) {
	if
	:: past[X] == NIL && !wanted(version(word[X]), wv)
	:: past[X] != NIL || wanted(version(word[X]), wv) ->
		atomic {
			!annex[X] -> annex[X] = true;
			if
			:: wanted(version(word[X]), wv) -> push(X)
			:: !wanted(version(word[X]), wv)
			fi
		}
		trim(X, wv)
	fi
}

/* Makes versions up to N readable. T is scratch. */
inline show_up_to(N, T) {
	do
	:: T = shown;
		if
		:: atomic { T >= N -> T = 0; break }
		:: atomic { T < N && shown == T -> shown = N; T = 0; break }
		:: T < N && shown != T
		fi
	od
}

#define max(a, b) ((a) > (b) -> (a) : (b))
#if WIDTH > 1
#define replaced max(version(word[wvar[0]]), (wn == 2 -> version(word[wvar[1]]) : 0))
#else
#define replaced version(word[wvar[0]])
#endif
#define overwritten (BUG == 21 -> 0 : replaced)
#if BUG == 20
#define floor max(overwritten, last)
#else
#define floor max(shown, max(overwritten, last))
#endif

/* A step for what is looked at, and one for a block if none is at hand. */
inline draw() {
	atomic {
		at = floor;
		if
		:: at < end -> last = at + 1
		:: at >= end -> last = 0
		fi
		at = 0;
	}
	if
	:: last > 0
	:: atomic { last == 0 -> last = issued + 1; issued = issued + BLOCK; end = issued }
	fi;
	d_step { wv = last; stamped[me+1] = wv; assert(wv > replaced) }
}

active [WRITERS] proctype writer()
{
	byte me, commits, wv, k;
	byte last = (_pid < LEFT -> _pid*BLOCK : 0), end = (_pid < LEFT -> (_pid+1)*BLOCK : 0);
	byte wn, wvar[V];
	byte p, i, seen[VIEWS], horizon;   /* what is known of the Views */
	byte at, before_it, newer;         /* see trim                   */
#if BUG == 13
	byte old[V];
#endif

again:
	/* Choose the write set and lock its first variable. Writers are alike unless
	 * they have blocks: they are numbered by their first steps. */
	atomic {
#if LEFT == 0
		commits > 0 || arrived == _pid;
		arrived = (commits == 0 -> arrived + 1 : arrived);
#endif
		commits++;
#if V == 1
		wvar[0] = 0; wn = 1;
#else
		if
		:: wvar[0] = 0; wn = 1
		:: wvar[0] = 1; wn = 1
#if WIDTH > 1
		:: wvar[0] = 0; wvar[1] = 1; wn = 2
		:: wvar[0] = 1; wvar[1] = 0; wn = 2
#endif
		fi;
#endif
		!locked(word[wvar[0]]) -> word[wvar[0]] = LOCK | word[wvar[0]];
		me = nodes;
		nodes++;
		ghost_begin(me)
	}
#if WIDTH > 1
	if
	:: wn == 1
	:: atomic { wn == 2 && !locked(word[wvar[1]]) -> word[wvar[1]] = LOCK | word[wvar[1]] }
	:: atomic { wn == 2 && locked(word[wvar[1]]) -> word[wvar[0]] = version(word[wvar[0]]); ghost_end(me); goto done }
	fi;
#endif

#if BUG == 2
	p = presence;
	if
	:: state(p) != ABSENT -> look()
	:: state(p) == ABSENT
	fi;
#elif BUG == 10
	p = presence;
#endif

	draw();

#if BUG != 2 && BUG != 10
	p = presence;
#endif
	if
	:: state(p) == ABSENT
	:: state(p) != ABSENT ->
#if BUG != 17
		show_up_to(wv, at);
#endif
#if BUG != 2
		look();
#endif
		if
		:: none_seen -> clear()
		:: !none_seen ->
			k = 0;
			do
			:: k < wn -> keep(wvar[k]); k++
			:: k == wn -> break
			od
		fi
	fi;

	k = 0;
	do
	:: atomic { k < wn ->
#if BUG == 13
		old[k] = value[wvar[k]];
#endif
		value[wvar[k]] = me + 1;
		word[wvar[k]] = wv;
		ghost_publish(me, wvar[k]);
		k++ }
	:: atomic { k == wn -> ghost_end(me); break }
	od;
#if BUG == 13
	if
	:: state(p) != ABSENT && !none_seen && wanted(stamped[old[0]], wv) ->
		atomic { next(0, old[0]) = past[0]; past[0] = old[0] }
	:: else
	fi;
#endif

done:
	atomic {
		me = 0; wv = 0; k = 0; p = 0; i = 0; horizon = 0; seen[0] = 0; wvar[0] = 0; wn = 0;
#if VIEWS > 1
		seen[1] = 0;
#endif
#if V > 1
		wvar[1] = 0;
#endif
	}
	if
	:: commits < (_pid == 0 -> FIRST_COMMITS : COMMITS) -> goto again
	:: else
	fi
}

#if BUG == 16
#define enough(p) (state(p) != ABSENT)
#else
#define enough(p) (state(p) == PRESENT)
#endif

/* Makes sure that presence says PRESENT. */
inline announce() {
	do
	:: p = presence;
		if
		:: enough(p) -> break
		:: atomic { !enough(p) && presence == p -> presence = turned(p, PRESENT); break }
		:: !enough(p) && presence != p
		fi
	od
}
inline begin() {
	me = nodes;
	nodes++;
	rv = (BUG == 19 -> shown : issued);
	ghost_begin(me)
}
#if BUG == 18
#define show_snapshot() skip
#else
#define show_snapshot() show_up_to(rv, p)
#endif

active [VIEWS] proctype view()
{
	byte me, runs, rv, p;
	byte ops, x, l, at;

#define self (_pid - WRITERS)

again:
	runs++;
#if BUG == 5
	announce();
	atomic { begin() }
#elif BUG == 8
	announce();
	slot[self] = PENDING;
	atomic { begin() }
#elif BUG == 9
	slot[self] = PENDING;
	atomic { begin() }
	announce();
#else
	slot[self] = PENDING;
	announce();
	atomic { begin() }
#endif
	p = 0;
	show_snapshot();
	slot[self] = rv + FIRST;

	do
	:: atomic { ops < OPS ->
		ops++;
		if
		:: x = 0
#if V > 1
		:: x = 1
#endif
		fi;
		!locked(word[x]) -> l = word[x];
		if
		:: l <= rv -> ghost_read(me, x, value[x])
		:: l > rv
		fi }
		if
		:: l <= rv
		:: l > rv ->
			at = past[x];
#if BUG != 14
			do
			:: at != NIL && stamped[at] > rv -> at = next(x, at)
			:: at == NIL || stamped[at] <= rv -> break
			od;
#endif
			atomic {
				assert(at != NIL);   /* the version was kept */
				ghost_read(me, x, at)
			}
		fi;
		atomic { l = 0; at = 0; x = 0 }
	:: atomic { ops == OPS -> ghost_end(me); break }
	od;
	slot[self] = NONE;
	atomic { me = 0; rv = 0; ops = 0 }
	if
	:: runs < RUNS -> goto again
	:: runs == RUNS
	fi
}

#if SWEEPS
active proctype sweeper()
{
	byte sweeps, i, seen[VIEWS], horizon, x;
	byte at, before_it, newer;

	do
	:: sweeps < SWEEPS ->
		look();
		do
		:: atomic { x < V && (!annex[x] || BUG == 15) -> annex[x] = true }
#if BUG == 11
			trim(x, version(word[x]));
#else
			trim(x, ((past[x] != NIL && locked(word[x]) && stamped[past[x]] == version(word[x])) -> UNKNOWN : version(word[x])));
#endif
			x++
		:: x == V -> break
		od;
		atomic { sweeps++; x = 0; horizon = 0; seen[0] = 0;
#if VIEWS > 1
			seen[1] = 0
#endif
		}
	:: sweeps == SWEEPS -> break
	od
}
#endif
