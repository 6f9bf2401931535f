/*
 * Waking one: a variable whose waiters are woken one at a time, and the baton.
 *
 * Of WAITERS processes each takes one item from a variable c, sleeping while
 * there is none; PUTTERS processes make PUTS commits each that put ITEMS there.
 * CANCELS waits are cancelled, asleep or awake. With FLAG=1 there is a variable d that wakes all:
 * waiter 0 reads it first, and once another process has set it waits for nothing
 * but d. With LOOKS=1 one more process waits for an item and takes none.
 *
 *   word       version of c; LOCK while a committer holds it; WAIT while somebody
 *              may sleep for it
 *   queue      who waits for c, by ticket; guarded by mu
 *   woken[w]   of a waiter's wait: NO, BATON, or ALL: by whoever comes first
 *   baton      of a waiter: it has to see to the next
 *
 *   wait      enter the queue: at the place of its old ticket if it has the
 *                 baton, which it gives up, else at the end with a new one
 *             once word is unlocked, as one CAS:
 *                 other version  ──> do not sleep
 *                 same version   ──> set WAIT
 *             had the baton and does not wait for c ?  ── yes ──> wake one
 *             sleep until woken or cancelled
 *             leave the queue
 *             CAS woken: NO -> ALL  ── lost ──>  BATON ?  ── yes ──> baton
 *             cancelled ?  ── yes ──> pass the baton, end
 *
 *   commit    lock word, keeping the old one;  has it changed since it was read ?
 *                 ── yes ──> run again, with the baton
 *             word := new version, WAIT if the old one had it
 *             the old one had WAIT ?  ── yes ──> wake one
 *             the baton has been passed by that
 *
 *   pass      wake one, if it has the baton: for who ends without a write of c
 *
 *   wake one  under mu:  take the first off the queue
 *                        CAS woken: NO -> BATON  ── lost ──> the next one
 *                        queue empty, word unlocked ?  ── yes ──> CAS WAIT away
 *
 * A wait has a record of its own: see retry.pml. Unparking is no step: who is
 * woken may go on at once, or later.
 *
 * Checked: when nothing moves any more nobody sleeps for c while there is an item;
 * who is woken has waited longest of all in the queue, counted from the first
 * time if it came back with the baton; the queue keeps nobody who is gone.
 *
 * Macros: WAITERS, PUTTERS, PUTS, ITEMS, CANCELS, FLAG, LOOKS. BUG=n seeds a bug:
 *
 *    1  who is cancelled asleep loses the baton
 *    2  who is cancelled awake loses the baton
 *    3  who restarts after a conflict loses the baton
 *    4  who goes on to wait for something else loses the baton
 *    5  who looks only keeps the baton
 *    6  who has the baton writes without waking
 *    7  the word loses WAIT whoever else waits
 *    8  WAIT is taken away although somebody is in the queue
 *    9  WAIT is taken away without mu
 *   10  WAIT is taken away by a store
 *   11  who wakes one is content with a waiter that somebody else has woken
 *   12  who comes back has a new ticket
 *   13  the last in the queue is woken
 *   14  WAIT is set before the queue is entered
 *   15  who wakes does so before it locks
 *   16  a waiter looks for the baton before it leaves the queue
 *   17  who goes stays in the queue
 *   18  an abort restores the word without WAIT
 */

#ifndef WAITERS
#define WAITERS 2
#endif
#ifndef PUTTERS
#define PUTTERS 1
#endif
#ifndef PUTS
#define PUTS 1
#endif
#ifndef ITEMS
#define ITEMS 1
#endif
#ifndef CANCELS
#define CANCELS 1
#endif
#ifndef FLAG
#define FLAG 0
#endif
#ifndef LOOKS
#define LOOKS 0
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

/* woken */
#define NO    0
#define BATON 1
#define ALL   2

#define COMERS (WAITERS + LOOKS)         /* who may wait                        */

byte word;
byte items;
byte clock;
bool mu;
byte queue;              /* a set: tickets give the order                       */
byte ticket[COMERS];
byte tickets;
byte woken[COMERS];
byte cancels;
bool over;               /* nothing moves any more                              */
byte arrived, begun;     /* waiters and putters; these only break symmetry      */

#if FLAG
byte dword;
bool dqueue;             /* waiter 0 is in d's list                             */
bool dtaken;             /* and has been taken off it, to be woken              */
#endif

/* Ghosts. */
byte asleep;             /* who waits for c                                     */
byte patient;            /* who does, or did before and has the baton           */
byte before[COMERS];     /* who of these came before                            */

hidden byte g_i;

#define self _pid

/* The word of a variable that somebody may still sleep for keeps its bit. */
#if BUG == 7
#define kept(w) 0
#else
#define kept(w) bit(w)
#endif

/* Ghost: self does not wait any longer, or not since then. */
inline gave_up() {
	d_step {
		for (g_i : 0 .. COMERS-1) {
			before[g_i] = before[g_i] & ~BIT(self)
		}
		before[self] = 0;
		patient = patient & ~BIT(self);
		ticket[self] = 0;
		g_i = 0
	}
}

/* The one of the queue that comes next. */
#if BUG == 13
#define better(a, b) (ticket[a] > ticket[b])
#else
#define better(a, b) (ticket[a] < ticket[b])
#endif
inline choose() {
	d_step {
		h = COMERS;
		for (g_i : 0 .. COMERS-1) {
			h = ((HAS(queue, g_i) && (h == COMERS || better(g_i, h))) -> g_i : h)
		}
		queue = queue & ~BIT(h);
		g_i = 0
	}
}

#define unwanted (queue == 0 || BUG == 8)

inline wake_one() {
	atomic { !mu -> mu = true }
	do
	:: atomic {
		queue != 0 -> choose();
		if
		:: woken[h] == NO -> assert((before[h] & queue) == 0); woken[h] = BATON; h = 0; break
#if BUG == 11
		:: woken[h] != NO -> h = 0; break
#else
		:: woken[h] != NO -> h = 0
#endif
		fi
	   }
	:: queue == 0 -> break
	od;
#if BUG == 9
	if
	:: atomic { unwanted && !locked(word) && bit(word) -> l = word; mu = false }
	:: atomic { !(unwanted && !locked(word) && bit(word)) -> mu = false }
	fi;
	atomic { word = (l && word == l -> plain(l) : word); l = 0 }
#else
	if
	:: atomic { unwanted && !locked(word) && bit(word) -> l = word }
#if BUG == 10
		atomic { word = plain(l); l = 0; mu = false }
#else
		atomic { word = (word == l -> plain(l) : word); l = 0; mu = false }
#endif
	:: atomic { !(unwanted && !locked(word) && bit(word)) -> mu = false }
	fi
#endif
}

inline enter() {
	atomic {
		!mu -> woken[self] = NO;
		baton = false;   /* the old ticket is in its stead */
		if
#if BUG == 12
		:: true -> tickets++; ticket[self] = tickets
#else
		:: ticket[self] == 0 -> tickets++; ticket[self] = tickets
		:: ticket[self] > 0
#endif
		fi;
		before[self] = (HAS(patient, self) -> before[self] : patient);
		patient = patient | BIT(self);
		queue = queue | BIT(self);
		asleep = asleep | BIT(self)
	}
}

/* Enters the queue and sets WAIT, if c has not been written since. */
inline watch() {
#if BUG == 14
	set_bit();
	enter();
#else
	enter();
	set_bit();
#endif
}

inline set_bit() {
	atomic {
		if
		:: !locked(word) && plain(word) == seen -> word = word | WAIT
		:: !locked(word) && plain(word) != seen -> goto stale
		fi
	}
}

/* Until the end if nothing happens. */
inline sleep() {
	if
	:: woken[self] != NO
	:: atomic { cancels < CANCELS -> cancels++; off = true }
	:: atomic { over -> off = true }
	fi
}

/* Leaves the queue, and finds out whether it has got the baton. */
inline leave() {
#if BUG == 16
	baton = (woken[self] == BATON);
#endif
	atomic {
		!mu -> queue = (BUG == 17 -> queue : queue & ~BIT(self));
		asleep = asleep & ~BIT(self);
		seen = 0
	}
	atomic {
#if BUG != 16
		baton = (woken[self] == BATON);
#endif
		woken[self] = (woken[self] == NO -> ALL : woken[self]);
		if
		:: baton
		:: !baton -> gave_up()
		fi
	}
}

/* Somebody else has to see to the next. */
inline pass_baton() {
	if
	:: atomic { baton -> baton = false; gave_up() }
		wake_one()
	:: !baton
	fi
}

/* Reads c. */
inline read() {
	atomic {
		!locked(word) -> seen = plain(word);
		if
		:: items > 0
		:: items == 0 -> goto want
		fi
	}
}

/* Locks c, if nobody has written it since. */
inline lock() {
	atomic {
		if
		:: !locked(word) && plain(word) == seen -> old = word; word = word | LOCK; seen = 0
		:: locked(word) || plain(word) != seen -> seen = 0; goto lost
		fi
	}
}

#define restored(w) (BUG == 18 -> plain(w) : (w))

/* Writes c, which is locked, and wakes the next. */
inline publish(n) {
	atomic { items = items + n; clock++; word = clock | kept(old) }
#if BUG != 15
	if
#if BUG == 6
	:: bit(old) && !baton -> wake_one()
	:: !bit(old) || baton
#else
	:: bit(old) -> wake_one()
	:: !bit(old)
#endif
	fi;
#endif
	old = 0
}

#if BUG == 15
inline wake_early() {
	if
	:: bit(word) -> wake_one()
	:: !bit(word)
	fi
}
#else
#define wake_early() skip
#endif

/* The write has passed the baton. */
inline drop_baton() {
	atomic {
		if
		:: baton -> baton = false; gave_up()
		:: !baton
		fi
	}
}

#define keeps_baton (BUG == 1 && off || BUG == 2 && !off)

active [WAITERS - FLAG] proctype waiter()
{
	byte seen, old, l, h;
	bool baton, off;

	/* They are alike: they are numbered by their first steps. */
	atomic { arrived == self; arrived++ }
body:
	if
	:: atomic { cancels < CANCELS -> cancels++; goto quit }
	:: read()
	fi;
	wake_early();
	lock();
	if
	:: atomic { word = restored(old); old = 0; goto lost }   /* by the gate, say */
	:: publish(-1)
	fi;
	drop_baton();
	goto gone;
lost:
#if BUG == 3
	drop_baton();
#endif
	goto body;
want:
	watch();
	sleep();
stale:
	leave();
	if
	:: !off -> goto body
	:: off
	fi;
quit:
	if
	:: !keeps_baton -> pass_baton()
	:: keeps_baton
	fi;
gone:
	assert(!HAS(queue, self))
}

#if FLAG
/* The waiter that reads d first. */
active proctype picky()
{
	byte seen, old, l, h;
	bool baton, off;

body:
	if
	:: atomic { cancels < CANCELS -> cancels++; off = true; goto pass }
	:: !locked(dword) && plain(dword) == 0
	:: !locked(dword) && plain(dword) > 0 -> goto want_d
	fi;
	read();
	lock();
	if
	:: plain(dword) == 0 && !locked(dword) -> publish(-1)
	:: atomic { plain(dword) > 0 || locked(dword) -> word = restored(old); old = 0; goto lost }
	fi;
	drop_baton();
	goto gone;
lost:
	goto body;
want:
	dqueue = true;
	atomic {
		if
		:: !locked(dword) && plain(dword) == 0 -> dword = dword | WAIT
		:: !locked(dword) && plain(dword) > 0 -> seen = 0; goto stale_d
		fi
	}
	watch();
	sleep();
stale:
	dqueue = false;
	leave();
	dtaken = false;
	goto pass_if_off;
stale_d:
	/* It has not come back to the queue of c. */
	atomic { dqueue = false; dtaken = false }
	goto pass;
want_d:
#if BUG == 4
	drop_baton();
#else
	if
	:: baton -> goto pass
	:: !baton
	fi;
#endif
	atomic { dqueue = true; woken[self] = NO }
	atomic { !locked(dword) -> dword = dword | WAIT }
	sleep();
	atomic { dqueue = false; dtaken = false }
pass_if_off:
	if
	:: !off -> goto body
	:: off
	fi;
pass:
	pass_baton();
	if
	:: !off -> goto body
	:: off
	fi;
gone:
	assert(!HAS(queue, self))
}

active proctype flagger()
{
	byte old;

	atomic { !locked(dword) -> old = dword; dword = dword | LOCK }
	dword = 1;
	if
	:: bit(old) ->
		atomic { dtaken = dqueue; dqueue = false }
		atomic { woken[WAITERS-1] = (dtaken && woken[WAITERS-1] == NO -> ALL : woken[WAITERS-1]); dtaken = false }
	:: !bit(old)
	fi
}
#endif

#if LOOKS
active proctype looker()
{
	byte seen, l, h;
	bool baton, off;

body:
	atomic {
		!locked(word) -> seen = plain(word);
		if
		:: items > 0 -> goto gone
		:: items == 0
		fi
	}
	watch();
	sleep();
stale:
	leave();
#if BUG == 5
	drop_baton();
#else
	pass_baton();
#endif
	if
	:: !off -> goto body
	:: off
	fi;
gone:
	assert(!HAS(queue, self))
}
#endif

active [PUTTERS] proctype putter()
{
	byte puts, old, l, h;
	bool baton;

	atomic { begun == self - COMERS - FLAG; begun++ }
again:
	puts++;
try:
	wake_early();
	atomic { !locked(word) -> old = word; word = word | LOCK }
	if
	:: atomic { word = restored(old); old = 0; goto try }
	:: publish(ITEMS)
	fi;
	if
	:: puts < PUTS -> goto again
	:: puts == PUTS
	fi
}

active proctype monitor()
{
	atomic { timeout -> assert(items == 0 || asleep == 0); over = true }
}
