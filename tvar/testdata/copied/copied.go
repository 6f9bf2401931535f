// Package copied does what go vet has to catch.
package copied

import "github.com/weft-stm/weft/tvar"

func byValue(v tvar.Var[int]) int { return v.Load() }

func copies() int {
	var v tvar.Var[int]
	copied := v
	return byValue(copied)
}

var _ = copies
