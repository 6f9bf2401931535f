package stm

import "github.com/weft-stm/weft/internal/engine"

// Lost tells on what the latest attempt of this transaction that was lost to a
// conflict was lost: the label of the variable, and the [Name] of the transaction
// that wrote it. Either is "" if there is none, if it is not known any more, or if
// no attempt has been lost. It is for reports, at the beginning of the attempt
// that follows:
//
//	if tx.Attempt() > 1 {
//		variable, rival := tx.Lost()
//		...
//
// It costs a few memory accesses, and reads nothing as a part of the transaction.
func (tx *Tx) Lost() (variable, rival string) { return engine.LostTo(tx.Engine()) }
