package atomics

import "time"

// MaxLate bounds the delay of Late.
const MaxLate = time.Millisecond

// Late runs f on another goroutine after a delay below MaxLate that random
// decides. It is for noise, which the explorer never makes.
func Late(random uint64, f func()) { time.AfterFunc(time.Duration(random%uint64(MaxLate)), f) }
