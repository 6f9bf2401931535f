// Package starstm runs Starlark threads over one shared heap, in parallel and without
// a global lock. It is a binding of package stm to go.starlark.net as it is, not a
// fork.
//
// Starlark freezes what threads have in common. A [Runtime] adds objects that stay
// mutable, and blocks in which they change atomically:
//
//	stock = shared.dict()
//	sold = shared.counter()
//
//	def sell(stock, sold, item, n):
//	    if stock.get(item, 0) < n:
//	        retry()                 # wait until somebody changes what was read
//	    stock[item] -= n
//	    sold.add(n)
//
//	atomic(sell, stock, sold, "tea", 3)
//
// # In scripts
//
//	atomic(fn, *args, **kwargs)   call fn atomically and return its result
//	view(fn, *args, **kwargs)     call fn on one state of the heap; it may only read
//	retry()                       undo the block, and run it again once something it read has changed
//	or_else([fn, ...], *args)     call the first function that does not retry; what the others did to shared objects is undone
//	parallel([task, ...])         call functions, or tuples (fn, args...), each on a thread of its own; a list of results
//	each(seq, fn, *args)          call fn(x, *args) as a block for each x, on all processors; a list of results
//	shared.dict()                 d[k], d[k] = v, k in d, for k in d, len(d), d.get, set, add, pop, setdefault, has, keys, values, items, len, snapshot
//	shared.counter(n)             c.add(n), c.set(n), c.value()
//	shared.cell(v)                c.get(), c.set(v)
//	shared.list(elems)            l[i], l[i] = v, x in l, for x in l, len(l), l.append, get, set, len, snapshot
//	shared.set(elems)             x in s, for x in s, len(s), s | t, s & t, s - t, s ^ t, s.add, clear, discard, has, len, remove, snapshot, update
//	shared.queue(elems)           q.put(x), q.get(), which waits, q.try_get(default), q.len(), q.snapshot()
//
// A block that is called inside of a block is a part of it. A method that is
// called outside of any block is a block of its own.
//
// # Which transaction is it
//
// The operators of Starlark do not tell a value which thread uses it, so
// d[k] alone cannot know its transaction. Two ways lead to it without a fork
// and without looking up goroutines:
//
//   - atomic passes each shared object among its arguments as a view, which
//     belongs to the attempt that runs. On a view everything works.
//   - Methods do get the thread. So they work on the objects themselves too, for
//     instance on a global of the file.
//
// Views are the faster way, and read like a plain dict. An operator on a
// shared object that came another way is an error that says so, as is a view
// that was kept after its block.
//
// # Running a block again
//
// A block that meets a conflict is undone and called again, which nobody must
// be able to tell. So before the first call the function with what it
// captured, its arguments and the globals of its module are frozen: a block changes
// its locals and shared objects, and to change anything else is an error in
// every run. Values are frozen when they are stored in a shared object. Output
// of print appears when the block has committed, once and in order, and not at
// all when the block fails. Steps of undone runs are not counted, so a step
// limit does not depend on conflicts.
//
// An error undoes the block and is raised at once. Every attempt, also one that
// is bound to lose, sees one consistent state, so no error can come from a mix
// of two. It says what the block would have met had it run alone at some
// moment since it began.
//
// # Threads
//
// A guest thread is a starlark.Thread in a goroutine, which the host starts by
// [Runtime.Call], or the script by parallel or each. The latter wait until all
// is done, and the first error cancels the rest. What tasks have captured, and
// their arguments, are frozen, as those of blocks are. Tasks of parallel may
// wait for one another by retry. Those of each may not: there are as many
// threads as processors. The results of each are those of calling fn for one x
// after the other, in some order.
//
// The steps of tasks count as the caller's once they are done;
// Runtime.NewThread can give each a limit of its own.
//
// # Modes
//
// With [Mutex] the same scripts run under one lock, with the same results: the
// baseline is an option and not another program. With a Runtime for each
// thread nothing is shared, which is the ceiling of either.
//
// # Limits
//
// Parallel blocks pay off when they do some work. A block of a few operations
// costs more than its share of one lock. A loop without end in a block is
// ended by the context or a step limit. The objects of one Runtime cannot be
// used in the blocks of another.
package starstm
