package tvar

import (
	"reflect"

	"github.com/weft-stm/weft/internal/atomics"
)

// fresh and freshSlice make what structures are made of. Under the explorer
// all of it begins at the same address modulo 2 kB, give or take a few words:
// the engine looks at that to tell whether a cell may be in a write set, and
// only the schedule may decide what a program does.

// fresh makes something.
func fresh[T any]() *T {
	if atomics.Exploring {
		if reflect.TypeFor[T]().Size() > 2000-spacing {
			return &freshSlice[T](1)[0]
		}
		return &new(spaced[T]).x
	}
	return new(T)
}

// A spaced is of the size class of 2 kB, if T is small.
type spaced[T any] struct {
	x T
	_ [spacing]byte
}

const spacing = 1850

func freshSlice[T any](n int) []T {
	if atomics.Exploring {
		return make([]T, n+pageBytes/int(reflect.TypeFor[T]().Size())+1)[:n]
	}
	return make([]T, n)
}

// pageBytes makes an object too large for anything but pages of its own.
const pageBytes = 32 << 10
