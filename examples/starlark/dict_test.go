package starstm

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"pgregory.net/rapid"
)

func TestDictOperators(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()

def body(d):
    d["a"] = 1
    d["b"] = [2]
    d["a"] += 10
    d.add("n", 5)
    d.add("n")
    d.set("s", "x")
    return [
        d["a"], d["b"], d["n"], d.get("s"), d.get("z"), d.get("z", 7), "a" in d, "z" in d, "z" not in d,
        len(d), d.len(), [k for k in d], d.keys(), d.values(), d.items(), bool(d),
        d.pop("a"), d.pop("a", None), "a" in d, d.setdefault("a", 3), d.setdefault("a", 4), d.has("a"),
    ]

got = atomic(body, d)
after = d.snapshot()
`, nil)
		require.Equal(t, `[11, [2], 6, "x", None, 7, True, False, True, `+
			`4, 4, ["a", "b", "n", "s"], ["a", "b", "n", "s"], [11, [2], 6, "x"], [("a", 11), ("b", [2]), ("n", 6), ("s", "x")], True, `+
			`11, None, False, 3, 3, True]`, s.globals["got"].String())
		require.Equal(t, `{"a": 3, "b": [2], "n": 6, "s": "x"}`, s.globals["after"].String())
	})
}

func TestDictMethodsOutsideOfBlocks(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict("d")
inner = shared.counter(1)
d.set("a", 1)
d.add("a", 2)
d.set("inner", inner)
got = [d.get("a"), d.has("b"), d.len(), d.keys(), d.get("inner") == inner, d.values()[1] == inner, d.items()[1][1].value(), str(d)]
`, nil)
		require.Equal(t, `[3, False, 2, ["a", "inner"], True, True, 1, "<shared.dict d>"]`, s.globals["got"].String())
	})
}

func TestDictMissingKey(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
def get(): return atomic(lambda d: d["k"], d)
def pop(): return d.pop("k")
`, nil)
		_, err := s.try(t.Context(), "get")
		require.ErrorContains(t, err, `key "k" not in shared.dict`)
		_, err = s.try(t.Context(), "pop")
		require.ErrorContains(t, err, `pop: missing key "k"`)
	})
}

// Keys are equal exactly when Starlark says so.
func TestDictKeys(t *testing.T) {
	big := starlark.MakeUint64(math.MaxUint64).Mul(starlark.MakeInt(7))
	keys := []starlark.Value{
		starlark.String("1"), starlark.String(""), starlark.Bytes("1"), starlark.MakeInt(1), starlark.Float(1), starlark.Float(1.5),
		starlark.MakeInt(-1), big, starlark.Float(math.Inf(1)), starlark.Float(math.NaN()), starlark.Float(1e300), starlark.Float(0), starlark.Float(math.Copysign(0, -1)),
		starlark.MakeInt(0), starlark.True, starlark.False, starlark.None, starlark.Tuple{}, starlark.Tuple{starlark.MakeInt(1)},
		starlark.Tuple{starlark.Float(1)}, starlark.Tuple{starlark.String("1")}, starlark.Tuple{starlark.String("a"), starlark.String("b")},
		starlark.Tuple{starlark.String("a1:b")}, starlark.Tuple{starlark.Tuple{starlark.String("a")}, starlark.String("b")},
		starlark.Tuple{starlark.Tuple{starlark.String("a"), starlark.String("b")}}, starlark.MakeInt64(math.MinInt64),
	}
	for _, x := range keys {
		for _, y := range keys {
			kx, err := keyOf(x)
			require.NoError(t, err)
			ky, err := keyOf(y)
			require.NoError(t, err)
			eq, err := starlark.Equal(x, y)
			require.NoError(t, err)
			require.Equal(t, eq, kx.equal(&ky), "%v and %v", x, y)
		}
	}
	for _, v := range []starlark.Value{starlark.NewList(nil), new(starlark.Dict), starlark.Tuple{starlark.NewList(nil)}, starlark.NewBuiltin("f", nil)} {
		_, err := keyOf(v)
		require.ErrorContains(t, err, "unhashable: "+inner(v).Type()+": the keys of a shared.dict are")
	}
}

func inner(v starlark.Value) starlark.Value {
	if t, ok := v.(starlark.Tuple); ok {
		return t[0]
	}
	return v
}

func TestDictUnhashableKeyIsAnError(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
def store(d): d[[1]] = 1
def ask(d): return [1] in d
def block(f): return atomic(f, d)
`, nil)
		for _, f := range []string{"store", "ask"} {
			_, err := s.try(t.Context(), "block", s.globals[f])
			require.ErrorContains(t, err, "unhashable: list", f)
		}
	})
}

// A dict of either mode, driven at random by blocks that commit or fail,
// behaves like a Starlark dict that is copied before each block.
func TestDictMatchesModel(t *testing.T) {
	eachMode(t, func(t *testing.T, shape *Runtime) {
		rapid.Check(t, func(r *rapid.T) {
			rt := &Runtime{Mode: shape.Mode}
			d := rt.NewDict("d")
			model := map[string]int{}
			for range rapid.IntRange(1, 8).Draw(r, "blocks") {
				next := map[string]int{}
				for k, v := range model {
					next[k] = v
				}
				fails := rapid.Bool().Draw(r, "fails")
				g, err := rt.attach(new(starlark.Thread))
				require.NoError(r, err)
				g.ctx = t.Context()
				_, err = g.block("", false, func(at *attempt) (starlark.Value, error) {
					steps(r, at, d, next)
					if fails {
						return nil, fmt.Errorf("as drawn")
					}
					return starlark.None, nil
				})
				require.Equal(r, fails, err != nil)
				if !fails {
					model = next
				}
			}
			got, err := d.Snapshot(t.Context())
			require.NoError(r, err)
			require.Equal(r, len(model), got.Len())
			for k, v := range model {
				x, _, _ := got.Get(starlark.String(k))
				require.Equal(r, starlark.MakeInt(v), x)
			}
		})
	})
}

// steps does the same to d and to the model.
func steps(r *rapid.T, at *attempt, d *Dict, model map[string]int) {
	opened, err := at.open(d)
	require.NoError(r, err)
	v := opened.(*dictView)
	for range rapid.IntRange(0, 12).Draw(r, "steps") {
		k := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(r, "key")
		n := rapid.IntRange(-3, 3).Draw(r, "n")
		id, err := keyOf(starlark.String(k))
		require.NoError(r, err)
		switch rapid.IntRange(0, 4).Draw(r, "step") {
		case 0:
			v.access.put(id, starlark.MakeInt(n))
			model[k] = n
		case 1:
			require.NoError(r, v.access.add(id, starlark.MakeInt(n)))
			model[k] += n
		case 2:
			v.access.put(id, nil)
			delete(model, k)
		case 3:
			want, ok := model[k]
			x := v.access.get(id)
			require.Equal(r, ok, x != nil)
			if ok {
				require.Equal(r, starlark.MakeInt(want), x)
			}
		case 4:
			require.Equal(r, len(model), v.Len())
		}
	}
}
