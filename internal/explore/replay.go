package explore

// A replay follows given moves. Moves of threads that cannot move are skipped,
// and when there are none left, the thread that moved last goes on, or the
// first that can. So a schedule may be a prefix, and may have holes.
type replay struct {
	moves []move
	begun bool
}

func (r *replay) next() bool {
	again := !r.begun
	r.begun = true
	return again
}

func (*replay) visit(*execution) {}

func (r *replay) choose(e *execution) (thread, option int) {
	for len(r.moves) > 0 {
		m := r.moves[0]
		r.moves = r.moves[1:]
		if (e.enabled | e.vain).has(m.thread) {
			return m.thread, min(m.option, max(int(e.threads[m.thread].pending.options)-1, 0))
		}
	}
	return e.preferred(e.enabled), 0
}

// moves returns the choices of the run.
func (e *execution) moves() []move {
	moves := make([]move, len(e.steps))
	for i, s := range e.steps {
		moves[i] = move{s.thread, s.option}
	}
	return moves
}

// follow runs p once under the given moves.
func follow(p Program, s Search, moves []move, noted bool) *execution {
	e := newExecution(&replay{moves: moves}, s, nil)
	e.noted = noted
	runOnce(p, e)
	return e
}

// Replay runs p once under the schedule of a failure. The trace is the
// interleaving, whether it fails or not.
func Replay(p Program, schedule string) (f *Failure, trace string, err error) {
	moves, err := parse(schedule)
	if err != nil {
		return nil, "", err
	}
	busy.Lock()
	defer busy.Unlock()
	e := follow(p, Full(1), moves, true)
	trace = e.columns()
	if f = e.failure; f != nil {
		f.Schedule, f.Trace = format(trim(e)), trace
	}
	return f, trace, nil
}

// repeat runs p under the schedule of e and compares, step by step, who could
// move and what was announced.
func repeat(p Program, s Search, e *execution, noted bool) (*execution, *Failure) {
	again := follow(p, s, e.moves(), noted)
	for i := range e.steps {
		if i == len(again.steps) || !e.steps[i].like(&again.steps[i]) {
			f := &Failure{Kind: Nondeterministic}
			f.Text = "repeating the schedule led to another state: something else decides what the program does"
			return again, f
		}
	}
	return again, nil
}

func (s *step) like(r *step) bool {
	return s.thread == r.thread && s.enabled == r.enabled &&
		s.op.kind == r.op.kind && s.op.object == r.op.object
}

// explain makes the failure of e readable: it looks for a schedule with fewer
// switches that fails in the same way, and prints that one.
func explain(p Program, s Search, e *execution) *Failure {
	f := e.failure
	again, differs := repeat(p, s, e, true)
	switch {
	case f.Kind == Nondeterministic:
	case differs != nil:
		differs.Text += "\nat first it failed with: " + f.Text
		f = differs
	case again.failure == nil:
		f = &Failure{Kind: Nondeterministic, Text: "the failure did not happen again: " + f.Text}
	default:
		again = follow(p, s, shrink(p, s, again), true)
		f = again.failure
	}
	f.Schedule = format(trim(again))
	f.Trace = again.columns()
	return f
}

// trim drops the moves at the end that replay makes by itself.
func trim(e *execution) []move {
	moves := e.moves()
	for n := len(moves); n > 0; n-- {
		before := execution{steps: e.steps[:n-1]}
		if moves[n-1] != (move{before.preferred(e.steps[n-1].enabled), 0}) {
			return moves[:n]
		}
	}
	return nil
}

// shrinkRuns bounds the runs that go into a readable schedule.
const shrinkRuns = 1000

// shrink leaves out blocks of moves of one thread, as long as the run still
// fails in the same way and gets simpler.
func shrink(p Program, s Search, e *execution) []move {
	best, kind := e.moves(), e.failure.Kind
	left := shrinkRuns
	if kind == Livelock {
		left = 20
	}
	for progress := true; progress; {
		progress = false
		for from, to := 0, 0; from < len(best) && left > 0; from = to {
			for to = from + 1; to < len(best) && best[to].thread == best[from].thread; to++ {
			}
			left--
			without := append(append([]move(nil), best[:from]...), best[to:]...)
			r := follow(p, s, without, false)
			if r.failure != nil && r.failure.Kind == kind && simpler(r.moves(), best) {
				best, progress = r.moves(), true
				break
			}
		}
	}
	return best
}

// simpler compares first the number of switches, then of steps.
func simpler(a, b []move) bool {
	x, y := switches(a), switches(b)
	return x < y || x == y && len(a) < len(b)
}

func switches(moves []move) (n int) {
	for i := 1; i < len(moves); i++ {
		if moves[i].thread != moves[i-1].thread {
			n++
		}
	}
	return n
}
