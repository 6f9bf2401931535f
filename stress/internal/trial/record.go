package trial

import (
	"context"

	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// A stamped value says which write it is from, and what transaction made that.
type stamped struct {
	x     int64
	token history.Token
	by    string
}

// A recorder is the workload.Session of a hand that records. It is a
// workload.Tx as well: the attempt now running.
type recorder struct {
	m        memory.Memory[stamped]
	s        memory.Session[stamped]
	labels   []string
	log      *history.Log
	noise    *noise
	meter    *meter
	numbered bool // commits of this system have versions

	update, look func(tx memory.Tx[stamped]) error // made once
	body         func(tx workload.Tx) error
	name         string // of the transaction
	forever      bool   // every attempt of it is irrevocable
	tx           memory.Tx[stamped]
	began        bool
	waits        bool // the attempt has called Retry
	promised     bool // the attempt is irrevocable
	row          int  // attempts since the call or the last wait
	version      uint64
	known        knowledge
	commutes     []commute
}

// A commute is an update that learns what it overwrites at commit.
type commute struct{ token, prev history.Token }

var (
	_ workload.Session = (*recorder)(nil)
	_ workload.Tx      = (*recorder)(nil)
)

func newRecorder(m memory.Memory[stamped], labels []string, log *history.Log, n *noise, t *meter) *recorder {
	r := &recorder{m: m, s: m.Session(), labels: labels, log: log, noise: n, meter: t, known: newKnowledge(len(labels))}
	r.update = func(tx memory.Tx[stamped]) error {
		r.begin(tx)
		tx.NoteVersion(&r.version)
		err := r.body(r)
		if err == nil && !r.promised && r.noise.fail() {
			return errForced
		}
		return err
	}
	r.look = func(tx memory.Tx[stamped]) error {
		r.begin(tx)
		return r.body(r)
	}
	return r
}

func (r *recorder) begin(tx memory.Tx[stamped]) {
	switch {
	case !r.began: // the first attempt
	case r.waits:
		r.row = 0
	default:
		r.lost(tx)
	}
	r.log.Begin()
	r.tx, r.began, r.waits, r.promised, r.version = tx, true, false, false, 0
	if r.forever {
		r.promise()
	}
	r.known.forget()
	r.commutes = r.commutes[:0]
	r.row++
	r.meter.attempt(r.row)
}

// lost notes whom the attempt before lost to, and where.
func (r *recorder) lost(tx memory.Tx[stamped]) {
	v := tx.LostOn()
	if v < 0 {
		return
	}
	now, rival := r.m.Load(v), Nobody
	if now.token != r.known.slot(v).seen {
		rival = now.by
	}
	r.meter.clashes[clash{r.labels[v], r.name, rival}]++
}

// promise makes the attempt count as irrevocable.
func (r *recorder) promise() {
	if !r.promised {
		r.promised = true
		r.meter.irrevocable++
	}
}

// Update runs body, again if it was undone on purpose.
func (r *recorder) Update(ctx context.Context, name string, body func(tx workload.Tx) error) error {
	r.name, r.forever = name, false
	for {
		if r.noise.touch() {
			v := r.noise.rnd.IntN(len(r.labels))
			r.m.Modify(v, func(x stamped) stamped { return x })
		}
		if err := r.once(ctx, body, r.s.Update, r.update); err != errForced {
			return err
		}
	}
}

// Irrevocably runs body as an irrevocable transaction.
func (r *recorder) Irrevocably(ctx context.Context, name string, body func(tx workload.Tx) error) error {
	r.name, r.forever = name, true
	return r.once(ctx, body, r.s.Irrevocably, r.update)
}

// View runs body on a snapshot.
func (r *recorder) View(ctx context.Context, body func(tx workload.Tx) error) error {
	r.name, r.forever = "view", false
	return r.once(ctx, body, r.s.View, r.look)
}

func (r *recorder) once(
	ctx context.Context, body func(tx workload.Tx) error,
	call func(context.Context, func(memory.Tx[stamped]) error) error, attempt func(memory.Tx[stamped]) error,
) error {
	r.body, r.began, r.row = body, false, 0
	returned := false
	defer func() {
		if !returned && r.began { // by a panic
			r.log.Abort()
		}
	}()
	r.log.Start()
	err := call(ctx, attempt)
	returned = true
	switch {
	case !r.began:
	case err != nil:
		r.log.Abort()
	default:
		for _, c := range r.commutes {
			if c.prev != history.None {
				r.log.Overwrote(c.token, c.prev)
			}
		}
		r.log.Commit(r.version)
		r.meter.commit(r.row)
	}
	return err
}

// Modify records a single step as a transaction of one read and one write. It
// is an attempt each time that f runs.
func (r *recorder) Modify(v int, f func(int64) int64) {
	r.log.Start()
	r.row = 0
	r.m.Modify(v, func(old stamped) stamped {
		r.log.Begin()
		r.row++
		r.meter.attempt(r.row)
		r.noise.step()
		r.log.Read(v, old.token)
		return stamped{f(old.x), r.log.Write(v, old.token), singleStep}
	})
	r.log.Commit(0)
	r.meter.commit(r.row)
}

func (r *recorder) Get(v int) int64 {
	r.noise.step()
	return r.get(v)
}

func (r *recorder) get(v int) int64 {
	s := r.tx.Get(v)
	r.meter.operation()
	r.log.Read(v, s.token)
	r.known.saw(v, s.token)
	return s.x
}

func (r *recorder) Set(v int, x int64) {
	r.noise.step()
	if !r.numbered && r.known.of(v) == history.None {
		r.get(v) // else nobody would know where the write belongs
	}
	token := r.write(v)
	r.tx.Set(v, stamped{x, token, r.name})
}

func (r *recorder) write(v int) history.Token {
	r.meter.operation()
	token := r.log.Write(v, r.known.of(v))
	r.known.wrote(v, token, r.log.Mark())
	return token
}

func (r *recorder) Add(v int, delta int64) {
	r.noise.step()
	token := r.write(v)
	i := len(r.commutes)
	r.commutes = append(r.commutes, commute{token: token})
	r.tx.Commute(v, func(old stamped) stamped {
		r.commutes[i].prev = old.token // the last time counts
		return stamped{old.x + delta, token, r.name}
	})
}

func (r *recorder) Retry() {
	r.noise.step()
	r.waits = true
	r.tx.Retry()
}

func (r *recorder) rollback(mark int) {
	r.log.Rollback(mark)
	r.known.rollback(mark)
}

func (r *recorder) Nested(part func() error) error {
	mark := r.log.Mark()
	err := r.tx.Nested(part)
	if err != nil {
		r.rollback(mark)
	}
	return err
}

// OrElse learns that an alternative has called Retry when the next one begins.
func (r *recorder) OrElse(alternatives ...func() error) error {
	mark := r.log.Mark()
	wrapped := make([]func() error, len(alternatives))
	for i, f := range alternatives {
		wrapped[i] = func() error {
			if i > 0 {
				r.waits = false
				r.rollback(mark)
			}
			mark = r.log.Mark()
			err := f()
			if err != nil {
				r.rollback(mark)
			}
			return err
		}
	}
	return r.tx.OrElse(wrapped...)
}

func (r *recorder) OnCommit(f func())   { r.tx.OnCommit(f) }
func (r *recorder) OnRollback(f func()) { r.tx.OnRollback(f) }

// Irrevocable asks before it is granted: asking may end the attempt.
func (r *recorder) Irrevocable() {
	r.promise()
	r.tx.Irrevocable()
}
