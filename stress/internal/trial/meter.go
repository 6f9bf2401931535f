package trial

import "sync/atomic"

// A meter counts what one hand does. It passes attempts and steps on in lots,
// so that counting orders no two hands.
type meter struct {
	total                *totals
	attempts, steps, ops int64 // not passed on yet

	row         int              // most attempts in a row
	tries       [triesKept]int64 // commits, by attempts since the call or the last wait
	irrevocable int64            // attempts
	clashes     map[clash]int64
}

// triesKept bounds the histogram of attempts; more count as the last.
const triesKept = 80

// totals are those of all hands.
type totals struct {
	attempts, steps, ops atomic.Int64
	limit, opsLimit      atomic.Int64 // of attempts and operations, for this window
	full                 func()       // called when one is reached, perhaps several times
}

const lot = 16

func (m *meter) attempt(row int) {
	m.row = max(m.row, row)
	if m.attempts++; m.attempts == lot {
		m.pass()
	}
}

func (m *meter) commit(row int) { m.tries[min(row, triesKept)-1]++ }

func (m *meter) operation() { m.ops++ }

func (m *meter) step() {
	if m.steps++; m.steps == lot {
		m.pass()
	}
}

func (m *meter) pass() {
	m.total.steps.Add(m.steps)
	attempts, ops := m.total.attempts.Add(m.attempts), m.total.ops.Add(m.ops)
	if attempts >= m.total.limit.Load() || ops >= m.total.opsLimit.Load() {
		m.total.full()
	}
	m.attempts, m.steps, m.ops = 0, 0, 0
}
