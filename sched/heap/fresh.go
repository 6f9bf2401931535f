package heap

import (
	"reflect"

	"github.com/weft-stm/weft/internal/atomics"
)

// fresh and freshSlice make what objects are made of. Under the explorer all of
// it begins at the same address modulo 2 kB, give or take a few words: the
// engine looks at that to tell whether a cell may be in a write set, and only
// the schedule may decide what a program does.

func fresh[T any]() *T {
	if atomics.Exploring {
		return &new(spaced[T]).x
	}
	return new(T)
}

// A spaced is of the size class of 2 kB or more.
type spaced[T any] struct {
	x T
	_ [1900]byte
}

func freshSlice[T any](n int) []T {
	if atomics.Exploring {
		return make([]T, n+pageBytes/int(reflect.TypeFor[T]().Size())+1)[:n:n]
	}
	return make([]T, n)
}

// pageBytes makes an object too large for anything but pages of its own.
const pageBytes = 32 << 10
