//go:build !gc || purego || !(amd64 || arm64 || 386)

package invariants

import "runtime"

// stackPrefix begins every trace that runtime.Stack writes; the goroutine's
// number follows it.
const stackPrefix = "goroutine "

// GoroutineAllocates reports whether Goroutine allocates.
const GoroutineAllocates = true

// Goroutine identifies the calling goroutine. Two goroutines that live at the
// same time never share an identity, and a goroutine keeps its own for as long
// as it lives; that of one that has ended may be given to another. The
// coroutines of iter.Pull are goroutines of their own. The value means nothing
// else and is never zero.
//
// Where no assembly reads the runtime's descriptor it is the goroutine's
// number, taken from a stack trace. A trace that does not begin with one would
// silently make all goroutines the same, hence the panic.
func Goroutine() uintptr {
	var buf [len(stackPrefix) + 20]byte
	n := runtime.Stack(buf[:], false)
	var id uintptr
	for i := len(stackPrefix); i < n && '0' <= buf[i] && buf[i] <= '9'; i++ {
		id = id*10 + uintptr(buf[i]-'0')
	}
	if id == 0 {
		panic("stm: internal error: no goroutine number in stack trace: " + string(buf[:n]))
	}
	return id
}
