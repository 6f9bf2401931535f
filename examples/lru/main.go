// Lru is a cache that many goroutines share: a fixed number of entries, of which
// the one that has not been used for longest makes room for a new one.
//
// An entry and its place in the order of use change in one transaction, so they
// cannot disagree. A hit that moved its entry to the end each time would be a
// write, and all hits would conflict over the end. So an entry is moved only
// once it has come into the older half; the others are read without a write.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// An entry is a value and when it was moved last, by the count of uses.
type entry[V any] struct {
	value V
	used  uint64
}

// A Cache keeps at most so many entries.
type Cache[K comparable, V any] struct {
	capacity int
	entries  tvar.Map[K, entry[V]]
	order    *tvar.OrderedMap[uint64, K] // from the time of an entry to its key
	clock    atomic.Uint64
}

// NewCache makes a Cache of a capacity.
func NewCache[K comparable, V any](capacity int) *Cache[K, V] {
	return &Cache[K, V]{capacity: capacity, order: tvar.NewOrderedMap[uint64, K]()}
}

// Get returns the value of k, if it is there.
func (c *Cache[K, V]) Get(tx *stm.Tx, k K) (v V, ok bool) {
	e, ok := c.entries.Get(tx, k)
	if ok && c.clock.Load()-e.used > uint64(c.capacity)/2 {
		c.place(tx, k, e)
	}
	return e.value, ok
}

// Put makes v the value of k, and takes out another one if there are too many.
func (c *Cache[K, V]) Put(tx *stm.Tx, k K, v V) {
	e, found := c.entries.Get(tx, k)
	if !found && c.order.Len(tx) >= c.capacity {
		oldest, key, _ := c.order.Min(tx)
		c.order.Delete(tx, oldest)
		c.entries.Delete(tx, key)
	}
	e.value = v
	c.place(tx, k, e)
}

// place makes e, which was used just now, the entry of k. Nobody else gets the
// same time, also if the transaction has to start over.
func (c *Cache[K, V]) place(tx *stm.Tx, k K, e entry[V]) {
	c.order.Delete(tx, e.used)
	e.used = c.clock.Add(1)
	c.order.Set(tx, e.used, k)
	c.entries.Set(tx, k, e)
}

// Check says what is wrong with the Cache at one instant.
func (c *Cache[K, V]) Check(ctx context.Context) error {
	_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		n := c.order.Len(tx)
		if n > c.capacity || n != c.entries.Len(tx) {
			return n, fmt.Errorf("%d entries in an order of %d, capacity %d", c.entries.Len(tx), n, c.capacity)
		}
		for used, k := range c.order.All(tx) {
			if e, ok := c.entries.Get(tx, k); !ok || e.used != used {
				return n, fmt.Errorf("%v is in the order at %d, and is %+v, %v", k, used, e, ok)
			}
		}
		return n, nil
	})
	return err
}

// fetch returns the value of k from the Cache, or makes it and keeps it.
func fetch(ctx context.Context, c *Cache[int, string], k int) (hit bool, err error) {
	want := fmt.Sprint("value of ", k)
	v, err := stm.Do(ctx, func(tx *stm.Tx) (v string, _ error) {
		if v, hit = c.Get(tx, k); !hit {
			v = want // dear to make, if it were a real one
			c.Put(tx, k, v)
		}
		return v, nil
	})
	if err == nil && v != want {
		err = fmt.Errorf("%d has %q", k, v)
	}
	return hit, err
}

// run has goroutines ask for keys, of which a few are asked for often, and
// returns how often the Cache had them.
func run(ctx context.Context, c *Cache[int, string], goroutines, requests int) (hits int64, err error) {
	var all atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, goroutines)
	for g := range goroutines {
		wg.Go(func() {
			zipf := rand.NewZipf(rand.New(rand.NewPCG(1, uint64(g))), 1.1, 10, 1<<14)
			for range requests / goroutines {
				hit, err := fetch(ctx, c, int(zipf.Uint64()))
				if err != nil {
					errs[g] = err
					return
				}
				if hit {
					all.Add(1)
				}
			}
		})
	}
	wg.Wait()
	for _, e := range errs {
		if err == nil {
			err = e
		}
	}
	return all.Load(), err
}

func main() {
	const capacity, goroutines, requests = 1000, 4, 200_000
	ctx := context.Background()
	c := NewCache[int, string](capacity)
	hits, err := run(ctx, c, goroutines, requests)
	if err == nil {
		err = c.Check(ctx)
	}
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d requests by %d goroutines, %d%% of them found in %d entries of %d\n",
		requests, goroutines, 100*hits/requests, c.order.Size(), capacity)
	fmt.Println(stm.ReadStats().Conflicts, "attempts started over")
}
