// Package tvar provides transactional variables: what transactions of package
// stm read and write.
//
// A [Var] holds one value of any type. Inside a transaction it is used through
// the transaction's handle ([Var.Get], [Var.Set]); single steps outside of one
// ([Var.Load], [Var.Store], [Var.Modify]) are atomic by themselves and cost a
// quarter of a transaction.
//
// Values are immutable by contract. A transaction that changes a slice, a map
// or a pointee which it got from a Var changes it for everybody at once, and
// neither a conflict nor a rollback can tell. In particular append may write
// into the array of the old slice: clip it first (slices.Clip), or use
// slices.Concat.
//
// Numbers, bools, pointers, channels, maps, functions and strings are stored
// in place; a value of any other type is copied to the heap by each write.
package tvar
