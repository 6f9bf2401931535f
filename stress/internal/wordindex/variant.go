package wordindex

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.starlark.net/starlark"

	starstm "github.com/weft-stm/weft/examples/starlark"
	"github.com/weft-stm/weft/stm"
)

//go:embed programs/rmw.star
var rmw string

//go:embed programs/merge.star
var merge string

//go:embed programs/add.star
var add string

//go:embed programs/before.star
var before string

// A Variant is one way to build the index: a program and what keeps its
// blocks apart.
type Variant struct {
	Name    string
	Program string // file name of the script
	Mode    starstm.Mode
	Private bool // a heap for each thread: nothing is shared
	source  string
}

// Variants returns all of them, baselines first. The mutex has one program
// more than stm, the best that we know for it.
func Variants() []Variant {
	return []Variant{
		{"mutex, read-modify-write", plain, starstm.Mutex, false, rmw},
		{"mutex, count privately then merge", "merge.star", starstm.Mutex, false, merge},
		{"mutex, add", "add.star", starstm.Mutex, false, add},
		{"mutex, count before the block", "before.star", starstm.Mutex, false, before},
		{"stm, read-modify-write", plain, starstm.STM, false, rmw},
		{"stm, count privately then merge", "merge.star", starstm.STM, false, merge},
		{"stm, commutative add", "add.star", starstm.STM, false, add},
		{"nothing shared", "add.star", starstm.Mutex, true, add},
	}
}

// A sample is what one run measured.
type sample struct {
	elapsed time.Duration
	stats   starstm.Stats
	engine  stm.Stats
}

// A heap is a Runtime and the dicts of an index in it.
type heap struct {
	rt            *starstm.Runtime
	work          starlark.Value // the guest program
	counts, files *starstm.Dict
}

func (v Variant) newHeap(ctx context.Context) (*heap, error) {
	rt := &starstm.Runtime{Mode: v.Mode}
	globals, err := rt.Exec(ctx, &starlark.Thread{Name: v.Name}, v.Program, v.source, nil)
	if err != nil {
		return nil, err
	}
	return &heap{rt, globals["work"], rt.NewDict("counts"), rt.NewDict("files")}, nil
}

// run indexes c by guest threads, and compares the result.
func (v Variant) run(ctx context.Context, c *Corpus, workers int) (sample, error) {
	heaps := make([]*heap, workers)
	for i := range heaps {
		if i > 0 && !v.Private {
			heaps[i] = heaps[0]
			continue
		}
		h, err := v.newHeap(ctx)
		if err != nil {
			return sample{}, err
		}
		heaps[i] = h
	}
	engine := stm.ReadStats()
	start := time.Now()
	if err := v.work(ctx, c, heaps); err != nil {
		return sample{}, err
	}
	s := sample{elapsed: time.Since(start), engine: stm.ReadStats().Sub(engine)}
	if !v.Private {
		heaps = heaps[:1]
	}
	for _, h := range heaps {
		t := h.rt.Stats()
		s.stats.Blocks += t.Blocks
		s.stats.Restarts += t.Restarts
		s.stats.Lost += t.Lost
	}
	return s, v.check(ctx, c, heaps)
}

// work runs one guest thread in each heap until all files are indexed. The
// first error stops the others.
func (v Variant) work(ctx context.Context, c *Corpus, heaps []*heap) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	q := &queue{ctx: ctx, texts: c.texts}
	var wg sync.WaitGroup
	for i, h := range heaps {
		wg.Go(func() {
			thread := &starlark.Thread{Name: fmt.Sprintf("%s %d", v.Name, i)}
			_, err := h.rt.Call(ctx, thread, h.work, starlark.Tuple{q, h.counts, h.files}, nil)
			if err != nil {
				stop(guestError(v.Name, err))
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// guestError adds the guest's backtrace to an error of a script.
func guestError(name string, err error) error {
	var e *starlark.EvalError
	if errors.As(err, &e) {
		return fmt.Errorf("wordindex: %s: %w\n%s", name, err, e.Backtrace())
	}
	return fmt.Errorf("wordindex: %s: %w", name, err)
}

// check compares the sum of the heaps to the count in plain Go.
func (v Variant) check(ctx context.Context, c *Corpus, heaps []*heap) error {
	for _, index := range []struct {
		name string
		of   func(*heap) *starstm.Dict
		want map[string]int64
	}{
		{"counts", func(h *heap) *starstm.Dict { return h.counts }, c.counts},
		{"files", func(h *heap) *starstm.Dict { return h.files }, c.files},
	} {
		got := make(map[string]int64, len(index.want))
		for _, h := range heaps {
			if err := sum(ctx, got, index.of(h)); err != nil {
				return err
			}
		}
		if term, ok := difference(got, index.want); !ok {
			return &InexactError{v.Name, index.name, term, got[term], index.want[term]}
		}
	}
	return nil
}

// sum adds the entries of d to m.
func sum(ctx context.Context, m map[string]int64, d *starstm.Dict) error {
	entries, err := d.Snapshot(ctx)
	if err != nil {
		return err
	}
	for k, v := range entries.Entries() {
		term, _ := starlark.AsString(k)
		n, err := starlark.NumberToInt(v)
		if err != nil {
			return fmt.Errorf("wordindex: %v holds %v, not a number", k, v)
		}
		count, _ := n.Int64()
		m[term] += count
	}
	return nil
}

// difference returns a term that got and want disagree about.
func difference(got, want map[string]int64) (term string, equal bool) {
	for t, n := range want {
		if got[t] != n {
			return t, false
		}
	}
	for t := range got {
		if _, ok := want[t]; !ok {
			return t, false
		}
	}
	return "", true
}
