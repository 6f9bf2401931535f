package heap

import "github.com/weft-stm/weft/internal/engine"

// A slot that may hold nothing does so if it has never been written, or holds a
// box without contents. A slot that is out of use for ever holds a string of one
// byte without data. encode makes neither.
var (
	nothing = engine.Value{Kind: engine.Box}
	retired = engine.Value{Kind: engine.String, W: 1}
)

// isNothing reports whether v is the contents of a slot that holds nothing.
func isNothing(v engine.Value) bool {
	return v.Kind == engine.Zero || v.Kind == engine.Box && v.P == nil
}

// isRetired reports whether v is that of a slot out of use.
func isRetired(v engine.Value) bool {
	return v.Kind == engine.String && v.P == nil && v.W == 1
}

// number makes a value of a number.
func number(n int) engine.Value { return engine.Value{W: uint64(n), Kind: engine.Scalar} }

// whole is how the numbers are added that this package keeps itself.
var whole = engine.Number{Size: 8}
