//go:build gc && !purego && (amd64 || arm64 || 386)

package invariants

// GoroutineAllocates reports whether Goroutine allocates.
const GoroutineAllocates = false

// Goroutine identifies the calling goroutine. Two goroutines that live at the
// same time never share an identity, and a goroutine keeps its own for as long
// as it lives; that of one that has ended may be given to another. The
// coroutines of iter.Pull are goroutines of their own. The value means nothing
// else and is never zero.
//
// It is the address of the runtime's descriptor, which does not move when the
// stack does. Its number would be unique for ever, but a text representation
// of the stack is the only way to it, and that costs a microsecond.
func Goroutine() uintptr
