/*
 * The ghost conflict graph: what the checker knows and the protocol does not.
 *
 * Every attempt, committed or aborted, is a node (numbered in the order in
 * which attempts begin). A value is the token of the attempt that wrote it
 * (node + 1; 0 is the initial value), so each read names its writer. Edges:
 *
 *     ww   earlier writer of x  ->  later writer of x       (publication order)
 *     wr   writer of x          ->  who read that version
 *     rw   who read a version   ->  writer of the next one
 *     rt   an attempt that had ended  ->  one that begins afterwards
 *
 * An aborted attempt publishes nothing, so it takes part as a read-only node.
 * The history is opaque with respect to the order in which the protocol
 * publishes versions exactly if this graph has no cycle.
 *
 * Only the transitive closure is kept: before[n] is the set of nodes from which
 * n can be reached, one bit each. An edge that would close a cycle fails its
 * assertion at the very step that creates it, so a counterexample ends there.
 *
 * The code is free of branches on purpose: the list of unreached statements
 * must be empty for the correct protocol, and a branch that only a broken
 * protocol enters could not be told from one that the model never exercises.
 *
 * The including model defines NODES (at most 8: a set is a byte) and V.
 */

#define BIT(n)       (1 << (n))
#define HAS(set, n)  (((set) >> (n)) & 1)

#define published(x, token)  ((token) == 0 || HAS(wrote[x], (token)-1))

byte before[NODES];   /* before[n]: nodes that precede n, transitively       */
byte ended;           /* nodes that have committed or aborted                */
byte wrote[V];        /* nodes that have published a version of the variable */
byte readers[V];      /* nodes that read its newest published version        */
byte early[V];        /* nodes that read a value not yet published: only a   */
                      /* broken protocol lets a read return one              */

/* Scratch of a single d_step, no part of the state. */
hidden byte g_from, g_to, g_set, g_i;

/* Edges from every node in g_from to every node in g_to. */
inline edges() {
	g_set = g_from;
	for (g_i : 0 .. NODES-1) {
		g_set = g_set | (HAS(g_from, g_i) -> before[g_i] : 0)
	}
	assert((g_set & g_to) == 0);   /* otherwise a cycle: not opaque */
	for (g_i : 0 .. NODES-1) {
		before[g_i] = before[g_i] | ((HAS(g_to, g_i) || (before[g_i] & g_to)) -> g_set : 0)
	}
	g_from = 0; g_to = 0; g_set = 0
}

/* Attempt N begins: everything that has ended precedes it. */
inline ghost_begin(N) {
	d_step {
		g_from = ended;
		g_to = BIT(N);
		edges()
	}
}

/* Attempt N has committed or aborted. */
inline ghost_end(N) {
	ended = ended | BIT(N)
}

/* Attempt N takes the value with token TOKEN for the value of variable X. */
inline ghost_read(N, X, TOKEN) {
	d_step {
		g_from = (TOKEN -> BIT(TOKEN-1) : 0);
		g_to = BIT(N);
		edges();
		g_from = BIT(N);
		g_to = 0;   /* the writers of X after TOKEN */
		for (g_i : 0 .. NODES-1) {
			g_to = g_to | ((HAS(wrote[X], g_i) && (TOKEN == 0 || HAS(before[g_i], TOKEN-1))) -> BIT(g_i) : 0)
		}
		edges();
		readers[X] = readers[X] | (published(X, TOKEN) -> BIT(N) : 0);
		early[X] = early[X] | (published(X, TOKEN) -> 0 : BIT(N))
	}
}

/*
 * Attempt N's write of X becomes the newest version. Readers of older versions
 * precede N from now on and, through N, every later writer: they are forgotten.
 */
inline ghost_publish(N, X) {
	d_step {
		g_from = (wrote[X] | readers[X]) & ~BIT(N);
		g_to = BIT(N);
		edges();
		wrote[X] = wrote[X] | BIT(N);
		readers[X] = early[X];
		early[X] = 0
	}
}
