package tvar_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// guestTable returns a Table of rows 0, 10, 20 and so on, in rooms 1 to 4, with
// badges of the same numbers as the rows, and its indexes.
func guestTable(n int) *tableMachine {
	m := newTableMachine().(*tableMachine)
	for k := range n {
		if err := m.t.Store(10*k, guest{1 + k%4, 10 * k}); err != nil {
			panic(err)
		}
	}
	return m
}

// TestTableConflicts, and their absence, as the documentation has them.
func TestTableConflicts(t *testing.T) {
	tvar.SmallNodes(t)
	type body = func(m *tableMachine, tx *stm.Tx)
	set := func(k, room, badge int) body {
		return func(m *tableMachine, tx *stm.Tx) { _ = m.t.Set(tx, k, guest{room, badge}) }
	}
	store := func(k, room, badge int) func(m *tableMachine) {
		return func(m *tableMachine) { _ = m.t.Store(k, guest{room, badge}) }
	}
	inRoom := func(room int) body { return func(m *tableMachine, tx *stm.Tx) { guests(m.room.Equal(tx, room)) } }
	for _, c := range []struct {
		name     string
		body     body
		happens  func(m *tableMachine)
		attempts int
	}{
		{"rows that stay where they are", set(0, 1, 0), store(10, 2, 10), 1},
		{"the same row", set(0, 1, 0), store(0, 1, 0), 2},
		{"a row and a change of another's room", set(0, 1, 0), store(100, 4, 100), 1},
		{"insertions far apart", set(5, 1, 5), store(395, 4, 395), 1},
		{"insertions of one badge", set(5, 1, 500), store(395, 4, 500), 2},
		{"a room and who comes into it", inRoom(2), store(395, 2, 395), 2},
		{"a room and who leaves it", inRoom(2), store(10, 3, 10), 2},
		{"a room and who goes", inRoom(2), func(m *tableMachine) { m.t.Remove(10) }, 2},
		{"a room and a row in it", inRoom(2), store(10, 2, 0), 2},
		{"a room and a row elsewhere", inRoom(2), store(20, 3, 0), 1},
		{"a room and who comes far away", inRoom(4), store(395, 1, 395), 1},
		{"a badge that is not there and who gets it", func(m *tableMachine, tx *stm.Tx) { m.badge.Has(tx, -7) }, store(0, 1, 7), 2},
		{"a row and a new index", set(0, 1, 0), func(m *tableMachine) {
			_, err := tvar.NewIndex(m.t, "another", byRoom)
			require.NoError(t, err)
		}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := guestTable(40)
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(m, tx) }, func() { c.happens(m) }))
			require.NoError(t, tvar.CheckTable(m.t))
		})
	}
}

// TestTableRefusesAndGoesOn: a row that is refused changes nothing, and the
// transaction may take another way.
func TestTableRefusesAndGoesOn(t *testing.T) {
	m := guestTable(3)
	update(t, func(tx *stm.Tx) {
		err := m.t.Set(tx, 0, guest{3, 10})
		var taken *tvar.UniqueError
		require.ErrorAs(t, err, &taken)
		require.Equal(t, &tvar.UniqueError{Index: "badge", Key: -10, Holder: 10, Row: 0}, taken)
		require.ErrorContains(t, err, `index "badge" is unique, and row 10 has -10 already`)
		require.Len(t, guests(m.room.Equal(tx, 1)), 1)
		require.Empty(t, guests(m.room.Equal(tx, 4)))

		// Two rows change places by way of none.
		require.NoError(t, m.t.Set(tx, 0, guest{1, 0}))
		require.NoError(t, m.t.Set(tx, 10, guest{2, 99}))
		require.NoError(t, m.t.Set(tx, 0, guest{1, 10}))
	})
	require.NoError(t, tvar.CheckTable(m.t))
	k, _, _ := m.badge.Load(-10)
	require.Equal(t, 0, k)
}

// TestTableIndexOfFilledTable: with rows that fit, with rows that do not, and in
// a transaction that fails.
func TestTableIndexOfFilledTable(t *testing.T) {
	const n = 1000
	m := guestTable(n)
	parity, err := tvar.NewIndex(m.t, "parity", func(k int, g guest) (string, bool) {
		return []string{"even", "odd"}[k/10%2], true
	})
	require.NoError(t, err)
	require.NoError(t, tvar.CheckTable(m.t))
	require.NoError(t, m.t.Store(10, guest{1, 7}))
	m.t.Remove(30)
	_, err = stm.View(ctx, func(tx *stm.Tx) (int, error) {
		require.Len(t, guests(parity.Equal(tx, "odd")), n/2-1)
		k, _, _ := parity.Get(tx, "odd")
		require.Equal(t, 10, k)
		return 0, nil
	})
	require.NoError(t, err)
	require.Equal(t, "parity", parity.String())

	_, err = tvar.NewIndex(m.t, "alone", byRoom, tvar.Unique())
	require.Equal(t, &tvar.UniqueError{Index: "alone", Key: 1, Holder: 0, Row: 10}, err)
	require.NoError(t, m.t.Store(20, guest{1, 20}), "the index is not there")

	var lost *guestBy
	err = stm.Atomically(ctx, func(tx *stm.Tx) (err error) {
		lost, err = tvar.AddIndex(tx, m.t, "lost", byRoom)
		require.NoError(t, err)
		require.NotEmpty(t, guests(lost.Equal(tx, 1)))
		require.NoError(t, m.t.Set(tx, 5, guest{77, 5}))
		k, _, _ := lost.Get(tx, 77)
		require.Equal(t, 5, k)
		return errBody
	})
	require.ErrorIs(t, err, errBody)
	panicsWith(t, "Index of a transaction that did not commit", func() { lost.Load(1) })
	require.NoError(t, tvar.CheckTable(m.t))
	require.False(t, m.t.Contains(5))
}

// TestTableIndexBesideWriters: an index that is made while rows come, go and
// move has all of them.
func TestTableIndexBesideWriters(t *testing.T) {
	m := guestTable(200)
	var writing sync.WaitGroup
	for g := range 2 {
		writing.Go(func() {
			for i := range 400 {
				k := (i*7 + g) % 300
				if i%5 == 0 {
					m.t.Remove(k)
				} else {
					_ = m.t.Store(k, guest{i % 4, i % 500})
				}
			}
		})
	}
	for i := range 5 {
		_, err := tvar.NewIndex(m.t, fmt.Sprint("extra ", i), byRoom)
		require.NoError(t, err)
	}
	writing.Wait()
	require.NoError(t, tvar.CheckTable(m.t))
}

// TestTableUniqueUnderRace: many want the same few badges, and no badge is ever
// given to two.
func TestTableUniqueUnderRace(t *testing.T) {
	tvar.SmallNodes(t)
	m := newTableMachine().(*tableMachine)
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			for i := range 200 {
				k := (3*i + g) % 20
				err := m.t.Store(k, guest{1, 1 + (i*5+g)%10})
				var taken *tvar.UniqueError
				if err != nil && !errors.As(err, &taken) {
					t.Error(err)
				}
				if i%7 == 0 {
					m.t.Remove(k)
				}
			}
		})
	}
	wg.Wait()
	seen := map[int]bool{}
	for _, p := range m.t.Snapshot() {
		require.False(t, seen[p.Value.badge])
		seen[p.Value.badge] = true
	}
	require.NoError(t, tvar.CheckTable(m.t))
}

// TestTableLoopMovesRows ahead of itself, to where it has not been yet, and
// removes some: it meets each row once and ends.
func TestTableLoopMovesRows(t *testing.T) {
	tvar.SmallNodes(t)
	for _, back := range []bool{false, true} {
		m := guestTable(40)
		update(t, func(tx *stm.Tx) {
			seq, by := m.room.All(tx), -2 // the order is that of rooms from large to small
			if back {
				seq, by = m.room.Backward(tx), 2
			}
			met := map[int]int{}
			for k, g := range seq {
				met[k]++
				g.room += by
				require.NoError(t, m.t.Set(tx, k, g))
				if k%40 == 0 {
					m.t.Delete(tx, k+200)
				}
			}
			for k, n := range met {
				require.Equal(t, 1, n, k)
			}
			require.GreaterOrEqual(t, len(met), 30)
		})
		require.NoError(t, tvar.CheckTable(m.t))
	}
}

func TestTableOrders(t *testing.T) {
	users := tvar.NewTableFunc[string, float64](func(a, b string) int {
		return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
	})
	weight, err := tvar.NewIndex(users, "weight", func(_ string, x float64) (float64, bool) { return x, true }, tvar.Unique())
	require.NoError(t, err)
	require.NoError(t, users.Store("Bob", math.NaN()))
	require.NoError(t, users.Store("bob", math.NaN()), "the same row")
	require.Error(t, users.Store("ada", -math.NaN()), "a NaN is a key like any other")
	require.NoError(t, users.Store("ada", 1))
	k, _, ok := weight.Load(math.NaN())
	require.True(t, ok)
	require.Equal(t, "Bob", k)
	require.Equal(t, "[ada:1 Bob:NaN]", users.String())
}

func TestTableBadUse(t *testing.T) {
	for name, table := range map[string]*tvar.Table[int, guest]{"nil": nil, "not made": {}} {
		for op, f := range map[string]func(){
			"Store":    func() { _ = table.Store(1, guest{}) },
			"Load":     func() { table.Load(1) },
			"Remove":   func() { table.Remove(1) },
			"Size":     func() { table.Size() },
			"Snapshot": func() { table.Snapshot() },
			"Reset":    func() { table.Reset() },
			"Get":      func() { update(t, func(tx *stm.Tx) { table.Get(tx, 1) }) },
			"Delete":   func() { update(t, func(tx *stm.Tx) { table.Delete(tx, 1) }) },
			"NewIndex": func() { _, _ = tvar.NewIndex(table, "room", byRoom) },
		} {
			t.Run(name+"/"+op, func(t *testing.T) { panicsWith(t, "Table without an order: make it with", f) })
		}
	}
	require.Equal(t, "<nil Table>", (*tvar.Table[int, guest])(nil).String())
	require.Equal(t, "<nil Index>", (*guestBy)(nil).String())
	panicsWith(t, "nil Index", func() { (*guestBy)(nil).Load(1) })

	m := guestTable(1)
	panicsWith(t, `has an index "room" already`, func() { _, _ = tvar.NewIndex(m.t, "room", byRoom) })
	panicsWith(t, "nil function for an index", func() { _, _ = tvar.NewIndex[int](m.t, "x", nil) })
	panicsWith(t, "nil function for an index", func() { _, _ = tvar.NewIndexFunc[int](m.t, "x", byRoom, nil) })
	for name, write := range map[string]func(tx *stm.Tx){
		"Set":      func(tx *stm.Tx) { _ = m.t.Set(tx, 1, guest{}) },
		"Delete":   func(tx *stm.Tx) { m.t.Delete(tx, 5) },
		"Clear":    m.t.Clear,
		"AddIndex": func(tx *stm.Tx) { _, _ = tvar.AddIndex(tx, m.t, "x", byRoom) },
	} {
		t.Run(name+" in a View", func(t *testing.T) {
			panicsWith(t, "write in a View", func() {
				_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { write(tx); return 0, nil })
			})
		})
	}
	panicsWith(t, "a bad key", func() {
		_, _ = tvar.NewIndex(m.t, "bad", func(int, guest) (int, bool) { panic("a bad key") })
	})
	require.NoError(t, m.t.Store(0, guest{2, 2}), "the index is not there")

	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	all, some := m.room.All(kept), m.room.Equal(kept, 1)
	for name, f := range map[string]func(){
		"All":   func() { guests(all) },
		"Equal": func() { guests(some) },
		"Get":   func() { m.room.Get(kept, 1) },
		"Set":   func() { _ = m.t.Set(kept, 1, guest{}) },
		"Len":   func() { m.t.Len(kept) },
	} {
		t.Run(name, func(t *testing.T) { panicsWith(t, "transaction used after its body returned", f) })
	}
}

func ExampleTable() {
	type order struct {
		owner string
		price int
	}
	orders := tvar.NewTable[int, order]()
	byOwner, _ := tvar.NewIndex(orders, "owner", func(_ int, o order) (string, bool) { return o.owner, true })
	_ = orders.Store(1, order{"Ada", 100})
	_ = orders.Store(2, order{"Bob", 90})
	_ = orders.Store(3, order{"Ada", 80})
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
		for id, o := range byOwner.Equal(tx, "Ada") { // in one state with whatever else is read
			fmt.Println(id, o.price)
		}
		return nil
	})
	// Output:
	// 1 100
	// 3 80
}

func ExampleUnique() {
	type user struct{ email string }
	users := tvar.NewTable[string, user]()
	_, _ = tvar.NewIndex(users, "email",
		func(_ string, u user) (string, bool) { return strings.ToLower(u.email), u.email != "" }, tvar.Unique())
	_ = users.Store("ada", user{"ada@example.org"})
	err := users.Store("eve", user{"Ada@Example.org"})
	var taken *tvar.UniqueError
	if errors.As(err, &taken) {
		fmt.Println(taken.Holder, "has", taken.Key)
	}
	// Output: ada has ada@example.org
}
