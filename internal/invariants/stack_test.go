package invariants_test

import "unsafe"

// stackAddress is where the local variable that p points to lives now. As an
// integer it neither keeps the variable on the heap nor follows a stack that
// is moved.
func stackAddress(p *byte) uintptr { return uintptr(unsafe.Pointer(p)) }
