// Package stm runs transactions: blocks of code that read and write shared
// variables as if nothing else ran at the same time, in parallel and without a
// lock that the program could forget, order wrongly or hold too long.
//
// A transaction is a function of a [*Tx]. It reads and writes variables of
// package tvar through that handle:
//
//	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
//		tx.Check(from.Get(tx) >= amount) // wait until there is enough
//		from.Set(tx, from.Get(tx)-amount)
//		to.Set(tx, to.Get(tx)+amount)
//		return nil
//	})
//
// # Guarantees
//
// Opacity (Guerraoui and Kapałka, 2008): committed transactions take effect in
// one order, which agrees with real time, and every attempt, also one that
// will have to start over, sees a single state of that order. A body never
// computes on data that two commits tore apart.
//
// Progress: an attempt that loses a conflict is run again; after a bounded
// number of losses it runs while no other update commits, and wins.
//
// # What a body must keep to
//
// A body may run several times, so it must have no effect but through tx:
// results are assigned or returned, effects wait for [Tx.OnCommit] or follow
// [Tx.Irrevocable]. Values in variables are immutable: replace them, never
// change what Get returned.
//
// # How it works
//
// Versioned words with a global clock, invisible reads, lazy locking at commit
// and snapshot extension: TL2 (Dice, Shalev, Shavit 2006) and LSA (Riegel,
// Felber, Fetzer 2006). See package internal/engine for the protocol.
package stm
