package tvar

// MoveHome makes the calling goroutine fall upon another stripe, or heap.
func MoveHome() { move(home()) }
