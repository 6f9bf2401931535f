package history

import (
	"fmt"
	"slices"
	"time"
)

// A History is the record of one window of a run: the variables' initial tokens
// and one log for each worker. Apart from the logs it may be used only while no
// worker records, and after an event that orders the workers before the use, such
// as a WaitGroup's Wait.
type History struct {
	// Note travels with a saved history: the seed and the command that made it.
	Note string

	initial []Token
	labels  []string
	logs    []*Log
}

// New returns an empty history of vars variables and workers workers.
func New(vars, workers int) *History {
	if vars < 0 || workers < 0 || workers > maxWorkers {
		panic(fmt.Sprintf("history: %d variables, %d workers: at most %d workers", vars, workers, maxWorkers))
	}
	h := &History{
		initial: make([]Token, vars),
		labels:  make([]string, vars),
		logs:    make([]*Log, workers),
	}
	for v := range h.initial {
		h.initial[v] = initialToken(v)
	}
	epoch := time.Now()
	for w := range h.logs {
		h.logs[w] = &Log{epoch: epoch, worker: w, vars: vars}
		h.logs[w].attempts.block = [][]attempt{make([]attempt, blockSize)}
		h.logs[w].ops.block = [][]op{make([]op, blockSize)}
	}
	return h
}

// Log returns the log of a worker.
func (h *History) Log(worker int) *Log { return h.logs[worker] }

// Vars returns the number of variables.
func (h *History) Vars() int { return len(h.initial) }

// Workers returns the number of workers.
func (h *History) Workers() int { return len(h.logs) }

// Initial returns the token that variable v holds when the window opens.
func (h *History) Initial(v int) Token { return h.initial[v] }

// Label names variable v in reports; without a label it is called v0, v1, …
func (h *History) Label(v int, name string) { h.labels[v] = name }

func (h *History) label(v int) string {
	if h.labels[v] != "" {
		return h.labels[v]
	}
	return fmt.Sprintf("v%d", v)
}

// Attempts returns how many attempts the window holds.
func (h *History) Attempts() int {
	n := 0
	for _, l := range h.logs {
		n += l.attempts.n
	}
	return n
}

// Next drops the window and opens the next one, in the same memory. final holds
// the token of each variable's last version, usually [Report.Final]. Since all
// workers are at rest between two windows, nothing recorded later can depend on
// a version dropped here unless it is the final one: a read of another is
// reported as garbage. Attempts keep counting, so tokens stay unique.
func (h *History) Next(final []Token) {
	if len(final) != len(h.initial) {
		panic("history: Next: one token for each variable, please")
	}
	for _, l := range h.logs {
		if l.open {
			panic(fmt.Sprintf("history: Next: worker %d has an attempt running", l.worker))
		}
		l.base += uint64(l.attempts.n)
		l.attempts.reset()
		l.ops.reset()
	}
	h.initial = slices.Clone(final)
}
