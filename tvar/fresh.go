package tvar

import "github.com/weft-stm/weft/internal/atomics"

// fresh and freshSlice make what structures are made of. Under the explorer
// everything lies at the beginning of a page: the engine looks at the address
// of a cell, modulo 2 kB, to tell whether it may be in a write set, and only
// the schedule may decide what a program does.

func fresh[T any]() *T {
	if atomics.Exploring {
		return &new(paged[T]).x
	}
	return new(T)
}

type paged[T any] struct {
	x T
	_ [pageBytes]byte
}

// pageBytes makes an object too large for anything but pages of its own.
const pageBytes = 32 << 10

func freshSlice[T any](n int) []T {
	if atomics.Exploring {
		return make([]T, n+pageBytes/8)[:n]
	}
	return make([]T, n)
}
