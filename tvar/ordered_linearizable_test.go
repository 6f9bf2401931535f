package tvar_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/weft-stm/weft/tvar"
)

// TestOrderedMapIsLinearizable: the one-shot forms, on a tree of several nodes
// that are split and merged.
func TestOrderedMapIsLinearizable(t *testing.T) {
	type call struct {
		op   int
		k, x int
	}
	const keys = 8
	type state string // the value of each key, '-' if it is not there
	first := func(s state, from int) string {
		for k := from; k < keys; k++ {
			if s[k] != '-' {
				return fmt.Sprint(k, int(s[k]-'0'), true)
			}
		}
		return "0 0 false"
	}
	last := func(s state, from int) string {
		for k := from; k >= 0; k-- {
			if s[k] != '-' {
				return fmt.Sprint(k, int(s[k]-'0'), true)
			}
		}
		return "0 0 false"
	}
	set := func(s state, k int, c byte) state { return s[:k] + state(c) + s[k+1:] }
	model := porcupine.Model{
		Init: func() any { return state(strings.Repeat("-", keys)) },
		Step: func(st, in, out any) (bool, any) {
			s, c := st.(state), in.(call)
			found := s[c.k] != '-'
			was := "0 false"
			if found {
				was = fmt.Sprint(int(s[c.k]-'0'), true)
			}
			digit := byte('0' + c.x)
			switch c.op {
			case 0:
				return out == was, s
			case 1, 2:
				return true, set(s, c.k, digit)
			case 3, 4:
				return out == was, set(s, c.k, '-')
			case 5:
				if !found {
					return out == fmt.Sprint(c.x, false), set(s, c.k, digit)
				}
				return out == was, s
			case 6:
				return out == keys-strings.Count(string(s), "-"), s
			case 7:
				return out == first(s, c.k), s
			case 8:
				return out == last(s, c.k), s
			case 9:
				n := 0
				for k := c.k; k < keys; k++ {
					if s[k] != '-' {
						n++
						s = set(s, k, '-')
					}
				}
				return out == n, s
			}
			return out == s, s
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v = %v", in, out) },
	}
	tvar.SmallNodes(t)
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		m := tvar.NewOrderedMap[int, int]()
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(11), rng.IntN(keys), rng.IntN(10)}
			switch c.op {
			case 0:
				return c, fmt.Sprint(m.Load(c.k))
			case 1, 2:
				m.Store(c.k, c.x)
				return c, nil
			case 3, 4:
				return c, fmt.Sprint(m.Remove(c.k))
			case 5:
				return c, fmt.Sprint(m.LoadOrStore(c.k, c.x))
			case 6:
				return c, m.Size()
			case 7:
				return c, fmt.Sprint(m.LoadCeiling(c.k))
			case 8:
				return c, fmt.Sprint(m.LoadFloor(c.k))
			case 9:
				return c, m.RemoveRange(c.k, keys)
			}
			all := []byte(strings.Repeat("-", keys))
			for _, p := range m.Snapshot() {
				all[p.Key] = byte('0' + p.Value)
			}
			return c, state(all)
		}
	})
}
