package bench

import (
	"fmt"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// An op is a kind of transaction over n variables.
type op struct {
	name string
	n    int
	of   func(shop) func()
}

func read(s shop) func()      { return s.read }
func rmw(s shop) func()       { return s.rmw }
func write(s shop) func()     { return s.write }
func readWrite(s shop) func() { return s.readWrite }

var ops = []op{
	{"R1", 1, read}, {"R10", 10, read}, {"R100", 100, read}, {"R1000", 1000, read},
	{"RMW1", 1, rmw}, {"RMW2", 2, rmw}, {"RMW10", 10, rmw},
	{"W10", 10, write}, {"R100W1", 100, readWrite},
}

func BenchmarkOps(b *testing.B) {
	for _, o := range ops {
		for _, shared := range []bool{false, true} {
			for _, g := range []int{1, 2} {
				if shared && g == 1 {
					continue // the same as disjoint
				}
				for _, s := range systems {
					fs := o.functions(s, shared, g)
					if fs == nil {
						continue
					}
					vars := map[bool]string{false: "disjoint", true: "shared"}[shared]
					b.Run(fmt.Sprintf("op=%s/vars=%s/g=%d/lib=%s", o.name, vars, g, s.name), func(b *testing.B) {
						b.ReportAllocs()
						share(b, fs)
					})
				}
			}
		}
	}
}

// functions returns one transaction for each of g goroutines, or nil.
func (o op) functions(s system, shared bool, g int) []func() {
	if shared && s.owned {
		return nil
	}
	makeShop := s.maker()
	fs := make([]func(), g)
	for i := range fs {
		if i > 0 && shared {
			fs[i] = fs[0]
		} else if fs[i] = o.of(makeShop(o.n)); fs[i] == nil {
			return nil
		}
	}
	return fs
}

// share runs b.N operations, the goroutines having equal shares.
func share(b *testing.B, fs []func()) {
	if len(fs) == 1 {
		f := fs[0]
		for range b.N {
			f()
		}
		return
	}
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(func() {
			for range b.N / len(fs) {
				f()
			}
		})
	}
	wg.Wait()
}
