package starstm

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"pgregory.net/rapid"
)

func TestVectorSizes(t *testing.T) {
	var v vector
	const n = radix*radix*radix + 2*radix + 1 // three levels and a tail
	for i := range n {
		v = v.append(starlark.MakeInt(i))
		if i < 200 || i > n-200 {
			require.Equal(t, starlark.MakeInt(i), v.at(i))
			require.Equal(t, starlark.MakeInt(i/2), v.at(i/2))
		}
	}
	i := 0
	for x := range v.all() {
		require.Equal(t, starlark.MakeInt(i), x)
		i++
	}
	require.Equal(t, n, i)
}

// Every version of a vector keeps its elements whatever is made of it.
func TestVectorIsPersistent(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		type version struct {
			v     vector
			model []starlark.Value
		}
		versions := []version{{}}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			from := versions[rapid.IntRange(0, len(versions)-1).Draw(r, "from")]
			next := version{from.v, slices.Clone(from.model)}
			x := starlark.MakeInt(len(versions))
			if n := len(from.model); n > 0 && rapid.Bool().Draw(r, "with") {
				i := rapid.IntRange(0, n-1).Draw(r, "i")
				next.v, next.model[i] = next.v.with(i, x), x
			} else {
				for range rapid.IntRange(1, 3*radix).Draw(r, "n") {
					next.v, next.model = next.v.append(x), append(next.model, x)
				}
			}
			versions = append(versions, next)
		}
		for _, x := range versions {
			require.Equal(r, x.model, slices.Collect(x.v.all()))
		}
	})
}
