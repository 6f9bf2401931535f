package bench

import (
	"fmt"
	"sync"
	"testing"

	"github.com/tidwall/btree"

	"github.com/weft-stm/weft/tvar"
)

// An item is a row with something to find it by.
type item struct{ group, weight int }

// A register is a table of some library with an index by group. move changes the
// group of a row, weigh something else.
type register struct {
	move  func(k, group int)
	weigh func(k, weight int)
	get   func(k int)
}

var registers = []struct {
	lib  string
	make func() register
}{
	{"mutex", func() register {
		var mu sync.Mutex
		rows := new(btree.Map[int, item])
		type posting struct{ group, k int }
		groups := btree.NewBTreeGOptions(func(a, b posting) bool {
			return a.group < b.group || a.group == b.group && a.k < b.k
		}, btree.Options{NoLocks: true})
		set := func(k int, f func(*item)) {
			mu.Lock()
			defer mu.Unlock()
			old, found := rows.Get(k)
			x := old
			f(&x)
			if !found || x.group != old.group {
				if found {
					groups.Delete(posting{old.group, k})
				}
				groups.Set(posting{x.group, k})
			}
			rows.Set(k, x)
		}
		return register{
			move:  func(k, group int) { set(k, func(x *item) { x.group = group }) },
			weigh: func(k, weight int) { set(k, func(x *item) { x.weight = weight }) },
			get:   func(k int) { mu.Lock(); rows.Get(k); mu.Unlock() },
		}
	}},
	{"weft", func() register {
		rows := tvar.NewTable[int, item]()
		_, _ = tvar.NewIndex(rows, "group", func(_ int, x item) (int, bool) { return x.group, true })
		return register{
			move: func(k, group int) {
				_, _, _ = rows.Modify(k, func(x item, _ bool) (item, bool) { x.group = group; return x, true })
			},
			weigh: func(k, weight int) {
				_, _, _ = rows.Modify(k, func(x item, _ bool) (item, bool) { x.weight = weight; return x, true })
			},
			get: func(k int) { rows.Load(k) },
		}
	}},
}

// BenchmarkTable has four thousand rows in a thousand groups: get looks for a
// row, weigh changes what no index has, and move changes its group.
func BenchmarkTable(b *testing.B) {
	const n = 1 << 12
	for _, op := range []string{"get", "weigh", "move"} {
		for _, g := range []int{1, 2} {
			for _, r := range registers {
				b.Run(fmt.Sprintf("op=%s/g=%d/lib=%s", op, g, r.lib), func(b *testing.B) {
					m := r.make()
					for k := range n {
						m.move(k*7919%n, k%1024)
					}
					fs := make([]func(), g)
					for i := range fs {
						x := &new([64]uint32)[32] // on a line that no other goroutine has
						*x = uint32(i) * 0x9e3779b9
						next := func() (k, y int) {
							*x = *x*1664525 + 1013904223
							return int(*x>>8) & (n - 1), int(*x>>20) & 1023
						}
						fs[i] = map[string]func(){
							"get":   func() { k, _ := next(); m.get(k) },
							"weigh": func() { m.weigh(next()) },
							"move":  func() { m.move(next()) },
						}[op]
					}
					b.ReportAllocs()
					b.ResetTimer()
					share(b, fs)
				})
			}
		}
	}
}
