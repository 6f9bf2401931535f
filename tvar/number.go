package tvar

import (
	"reflect"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Number is what [Add] can add.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64
}

// Add adds delta to v when the transaction commits. It reads nothing, so
// transactions that add to the same Var do not conflict over it. Integers wrap
// around as Go's do; deltas of one transaction are added up first, which for
// floating point may round differently. A Get in the same transaction turns it
// into a read and a write.
//
// It costs as much as a Set, and does not allocate. From STO (Huang et al.:
// Opportunities for Optimism, 2020) and Clojure's commute.
func Add[T Number](tx *stm.Tx, v *Var[T], delta T) {
	k := reflect.TypeFor[T]().Kind()
	n := engine.Number{Size: size[T](), Real: k == reflect.Float32 || k == reflect.Float64}
	engine.Add(tx.Engine(), v.ref(), n, bits(delta))
}

// CompareAndSwap sets v to new if it is old, and reports whether it was.
func CompareAndSwap[T comparable](tx *stm.Tx, v *Var[T], old, new T) bool {
	if v.Get(tx) != old {
		return false
	}
	v.Set(tx, new)
	return true
}
