package sched_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// TestUndoOfMuch: regions in regions that write many slots, some of them many
// times, are undone each by itself.
func TestUndoOfMuch(t *testing.T) {
	const slots = 5000 // more than a thread keeps room for
	inModes(t, func(t *testing.T, m *sched.Machine) {
		o := heap.NewObject[int](nil, slots)
		var hot heap.Counter
		p := newPuppet(t, m)
		p.Enter()
		write := func(x int) {
			for i := range slots {
				o.Set(p.Thread, i, x)
				o.Set(p.Thread, i&7, x)
				hot.Add(p.Thread, 1)
			}
		}
		check := func(x int, sum int64) {
			t.Helper()
			for i := range slots {
				require.Equal(t, x, o.Get(p.Thread, i))
			}
			require.Equal(t, sum, hot.Get(p.Thread))
		}
		write(1)
		p.EnterAtomic()
		write(2)
		p.EnterAtomic()
		write(3)
		p.LeaveAtomic()
		p.EnterAtomic()
		write(4)
		p.UndoAtomic()
		check(3, 3*slots)
		write(5)
		check(5, 4*slots)
		p.UndoAtomic()
		check(1, slots)
		p.EnterAtomic()
		write(6)
		p.UndoAtomic()
		check(1, slots)
		require.Equal(t, sched.Proceed, p.Leave(""))
	})
}
