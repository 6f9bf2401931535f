//go:build !race && !stminvariants

package invariants

// Enabled reports whether the checks are compiled in.
const Enabled = false
