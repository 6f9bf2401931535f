package stm

// What tests need to see of the inside.

// Timers counts those that run for tx.
func Timers(tx *Tx) int { return len(tx.timers) }
