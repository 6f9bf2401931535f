//go:build unix

package interp

import (
	"syscall"
	"time"
)

// processor is how much processor time the process has used, in user code and in
// the system.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
