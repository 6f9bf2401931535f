/*
 * Turns: who waits for the serial token, or on a variable, and who goes next;
 * and what the token's holder does with the gate.
 *
 * WORKERS processes want RUNS turns each. CANCELS of the waits for one are given
 * up, at any moment: the context ended, or patience. COMMITTERS processes make
 * COMMITS commits each, of any one of V variables, beside them.
 *
 *   state      odd while somebody has the turn; counts takes and leaves
 *   last       who has had the latest turn
 *   queue      who waits, by rank and then by arrival; guarded by mu
 *   first      queue[0], waiting its length, for those without mu
 *   granted[w] the turn has been handed to w
 *   spent      of a worker: turns of its present share
 *
 *   enter     waiting = 0 ?  or  spent < SHARE and last = self ?
 *                ── yes ──> s := state;  even ?  CAS state: s -> s+1  ── won ──> in
 *             join: under mu, into the queue; publish first, waiting
 *       wait  granted ?  ── yes ──> in
 *             first = self, and state even twice in a row ?
 *                ── yes ──> CAS state: s -> s+1  ── won ──> leave the queue, in
 *             given up ?  ── yes ──> leave the queue;  was still there ?
 *                                    ── yes ──> out,   ── no ──> wait
 *       in    last := self; a new share, unless it was last anyway
 *             given up ?  ── yes ──> leave, at the end of the share
 *
 *   leave     waiting = 0, or spent < SHARE ?  ── yes ──> state := state+1
 *             under mu: queue empty ?  ── yes ──> state := state+1
 *                       take the first off; publish first, waiting; grant it
 *
 *   holder    close the gate. Read every variable, lock one, write it. None may
 *             have changed meanwhile. Open the gate, leave.
 *
 *   committer lock;  gate closed ?  ── yes ──> unlock, wait until it opens, again
 *             write, unlock
 *
 * Checked: at most one has the turn; whoever gets it from the queue is the first
 * that is there; who waits is passed by SHARE turns of each of the others at
 * most; nobody waits for ever; the holder finds nothing changed.
 *
 * Macros: WORKERS, RUNS, CANCELS, SHARE; RANKS, ranks that a worker may have;
 * GATE=1: the turn is the token's; COMMITTERS, COMMITS, V. BUG=n seeds a bug:
 *
 *    1  a free turn is taken by load and store, not by CAS
 *    2  who is first takes the turn, free or not
 *    3  who hands the turn over also frees it
 *    4  who gets the turn handed over stays in the queue
 *    5  who gives up stays in the queue
 *    6  who gives up does not see that the turn has been handed to it
 *    7  who has given up keeps the turn that comes all the same
 *    8  who leaves takes it that the queue is not empty yet
 *    9  who is first waits for the turn to be handed over
 *   10  who joins an empty queue does not become first
 *   11  who leaves the queue stays first
 *   12  a share is never spent
 *   13  who takes another turn begins another share
 *   14  who joins goes to the front
 *   15  the turn is handed to the end of the queue
 *   16  who takes a free turn as the first stays in the queue
 *   17  the gate is opened before the holder commits
 *   18  the gate is opened after the turn is left
 *   19  the gate is closed before the turn has come
 *   20  the gate is closed after the first read
 *   21  a committer looks at the gate before it locks
 *   22  a committer keeps its lock while it waits for the gate
 */

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef RUNS
#define RUNS 1
#endif
#ifndef CANCELS
#define CANCELS 1
#endif
#ifndef SHARE
#define SHARE 2
#endif
#ifndef RANKS
#define RANKS 1
#endif
#ifndef GATE
#define GATE 0
#endif
#ifndef COMMITTERS
#define COMMITTERS GATE
#endif
#ifndef COMMITS
#define COMMITS 1
#endif
#ifndef V
#define V 1
#endif
#ifndef BUG
#define BUG 0
#endif

#define BIT(n)       (1 << (n))
#define HAS(set, n)  (((set) >> (n)) & 1)

#define NOBODY 255

byte state;
byte last = NOBODY;
bool mu;
byte queue[WORKERS] = NOBODY;
byte length;
byte first = NOBODY;
byte waiting;
byte granted;           /* set of workers                                   */
byte given_up;          /* waits, of all                                    */
byte arrived;           /* workers begun; these only break symmetry         */

byte queued;            /* who stands in the queue, as a set                */

/* Ghosts. */
byte owner = NOBODY;    /* who has the turn                                 */
byte ahead[WORKERS];    /* who must get it before a waiting worker          */
byte standing;          /* who can be seen to wait                          */
byte passed[WORKERS];   /* turns that others have taken before it since then */

#if RANKS > 1
byte rank[WORKERS];
#define rank_of(w) rank[w]
#else
#define rank_of(w) 0
#endif

#if GATE
bool gate;              /* closed                                           */
bool lock[V];
byte word[V];           /* its version                                      */
byte begun;             /* committers; symmetry again                       */
#endif

hidden byte g_i;

#define self   _pid
#define odd(s) ((s) & 1)

/* Whether one in the queue comes after one who joins it. */
#if BUG == 14
#define later(w) true
#else
#define later(w) (rank_of(w) > rank_of(self))
#endif

/* The queue changes only under mu. Others see it by first and waiting. */

inline insert() {
	d_step {
		for (g_i : 0 .. WORKERS-1) {
			ahead[self] = ahead[self] | ((g_i < length && rank_of(queue[g_i]) <= rank_of(self)) -> BIT(queue[g_i]) : 0)
		}
		g_i = length;
		do
		:: g_i > 0 && later(queue[g_i-1]) -> queue[g_i] = queue[g_i-1]; g_i--
		:: g_i == 0 || !later(queue[g_i-1]) -> break
		od;
		queue[g_i] = self;
		queued = queued | BIT(self);
		length++;
		g_i = 0
	}
}

inline remove(w) {
	d_step {
		g_i = 0;
		do
		:: queue[g_i] != w -> g_i++
		:: queue[g_i] == w -> break
		od;
		do
		:: g_i < WORKERS-1 -> queue[g_i] = queue[g_i+1]; g_i++
		:: g_i == WORKERS-1 -> break
		od;
		queue[WORKERS-1] = NOBODY;
		queued = queued & ~BIT(w);
		length--;
		for (g_i : 0 .. WORKERS-1) {
			ahead[g_i] = ahead[g_i] & ~BIT(w)
		}
		ahead[w] = 0;
		passed[w] = 0;
		standing = standing & ~BIT(w);
		g_i = 0
	}
}

#if BUG == 10
#define publish_joined() skip
#else
#define publish_joined() first = queue[0]
#endif
#if BUG == 11
#define publish_left() skip
#else
#define publish_left() first = queue[0]
#endif

/* Ghost: w gets the turn, free or from who has it. */
inline own(w) {
	assert(owner == NOBODY || owner == self && w != self);
	owner = w
}

/* Ghost: a turn is taken before all who wait. */
inline pass() {
	d_step {
		for (g_i : 0 .. WORKERS-1) {
			passed[g_i] = passed[g_i] + HAS(standing, g_i);
			assert(WORKERS > 2 || RANKS > 1 || passed[g_i] <= SHARE)
		}
		g_i = 0
	}
}

/* Who has taken the turn says so. It begins another share, unless it is last. */
inline note_last() {
	atomic {
		s = 0;
		if
		:: last != self || BUG == 13 -> last = self; spent = 0
		:: last == self && BUG != 13
		fi
	}
}

#if GATE
#define unchanged(x) (word[x] == seen[x])

inline read_all() {
	k = 0;
	do
	:: atomic { k < V && !lock[k] -> seen[k] = word[k]; k++ }
	:: atomic { k == V -> k = 0; break }
	od
}

/* Writes a variable. Only here it shows whether all is as it was read. */
inline write_one() {
	atomic {
#if V > 1
		if
		:: k = 0
		:: k = 1
		fi;
#endif
		!lock[k] -> lock[k] = true
	}
	assert(unchanged(k));
#if V > 1
	atomic { !lock[1-k] -> assert(unchanged(1-k)) }
#endif
	atomic { word[k]++; lock[k] = false; k = 0; seen[0] = 0; seen[V-1] = 0 }
}

inline hold() {
#if BUG == 20
	read_all();
	gate = true;
#elif BUG == 19
	read_all();
#else
	gate = true;
	read_all();
#endif
#if BUG == 17
	gate = false;
	write_one()
#elif BUG == 18
	write_one()
#else
	write_one();
	gate = false
#endif
}
#else
#define hold() skip
#endif

active [WORKERS] proctype worker()
{
	byte runs, spent, s, heir;
	bool off;               /* has given up                  */
#if GATE
	byte k, seen[V];
#endif

again:
	/* The workers are alike: they are numbered by their first steps. */
	atomic {
		runs > 0 || arrived == self;
		arrived = (runs == 0 -> arrived + 1 : arrived);
		runs++;
#if RANKS > 1
		select(s : 0 .. RANKS-1);
		rank[self] = s;
		s = 0
#endif
	}
#if BUG == 19
	gate = true;
#endif
	if
	:: waiting == 0
	:: waiting > 0 && spent >= SHARE -> goto join
	:: waiting > 0 && spent < SHARE ->
		if
		:: last == self
		:: last != self -> goto join
		fi
	fi;
	atomic {
		if
		:: odd(state) -> goto join
		:: !odd(state) -> s = state
		fi
	}
	atomic {
		if
#if BUG == 1
		:: state = s + 1; own(self); pass()
#else
		:: state == s -> state++; own(self); pass()
		:: state != s -> s = 0; goto join
#endif
		fi
	}
	note_last();
	goto in;

join:
	atomic { !mu -> mu = true; insert(); publish_joined() }
	atomic { waiting = length; mu = false; standing = standing | BIT(self); s = 1 }

wait:
	/* s is the state when it was last looked at, if that was even. */
	if
	:: atomic { HAS(granted, self) -> granted = granted & ~BIT(self); s = 0; last = self; spent = 0 }
		goto had_to_wait
#if BUG == 2
	:: atomic { first == self -> assert(ahead[self] == 0); state++; own(self) }
		goto taken
#elif BUG != 9
	:: first == self && !odd(state) -> goto look
#endif
	:: atomic { given_up < CANCELS && !off -> given_up++; off = true; s = 1 }
		goto drop
	fi;

#if BUG != 2 && BUG != 9
look:
	atomic {
		if
		:: odd(state) -> s = 1; goto wait
		:: !odd(state) && state != s -> s = state; goto wait
		:: state == s
		fi
	}
	atomic {
		if
		:: state == s -> assert(ahead[self] == 0); state++; own(self)
		:: state != s -> goto wait
		fi
	}
#endif
#if BUG != 9
taken:
	note_last();
#if BUG != 16
	atomic { !mu -> mu = true; remove(self); publish_left() }
	atomic { waiting = length; mu = false }
#endif
	goto had_to_wait;
#endif

drop:
#if BUG != 5
	atomic {
		!mu ->
		if
		:: HAS(queued, self) -> mu = true; remove(self); publish_left()
#if BUG == 6
		:: !HAS(queued, self) -> s = 0; goto out
#else
		:: !HAS(queued, self) -> goto wait
#endif
		fi
	}
	atomic { waiting = length; mu = false; s = 0 }
#endif
	goto out;

had_to_wait:
	if
	:: !off
	:: atomic { off -> spent = SHARE }
#if BUG == 7
		goto out
#else
		goto leave
#endif
	:: atomic { given_up < CANCELS && !off -> given_up++; off = true; spent = SHARE }
		goto leave
	fi;

in:
	hold();
	spent = (spent < SHARE && BUG != 12 -> spent + 1 : spent);

leave:
	if
	:: waiting == 0 || spent < SHARE -> goto free
	:: waiting > 0 && spent >= SHARE
	fi;
	atomic {
		!mu ->
		if
#if BUG == 8
		:: length == 0 -> goto out
#else
		:: length == 0 -> goto free
#endif
		:: length > 0 ->
			mu = true;
			heir = queue[(BUG == 15 -> length-1 : 0)];
			assert(ahead[heir] == 0);
#if BUG != 4
			remove(heir); publish_left()
#endif
		fi
	}
	waiting = length;
	atomic { own(heir); granted = granted | BIT(heir) }
	atomic { mu = false; heir = 0 }
#if BUG == 3
	state++;
#endif
	goto out;

free:
	atomic { assert(owner == self); owner = NOBODY; state++ }

out:
#if BUG == 18
	gate = false;
#endif
	atomic {
		off = false;
		if
		:: runs < RUNS -> goto again
		:: runs == RUNS
		fi
	}
}

#if COMMITTERS
active [COMMITTERS] proctype committer()
{
	byte commits, k;

	atomic { begun == self - WORKERS; begun++ }
again:
	atomic {
		commits++;
#if V > 1
		if
		:: k = 0
		:: k = 1
		fi
#endif
	}
try:
#if BUG == 21
	!gate;
#endif
	atomic { !lock[k] -> lock[k] = true }
#if BUG == 22
	!gate;
#elif BUG != 21
	if
	:: !gate
	:: gate ->
		lock[k] = false;
		!gate;
		goto try
	fi;
#endif
	atomic {
		word[k]++; lock[k] = false; k = 0;
		if
		:: commits < COMMITS -> goto again
		:: commits == COMMITS
		fi
	}
}
#endif
