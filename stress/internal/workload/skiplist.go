package workload

import (
	"context"
	"math/bits"
	"math/rand/v2"
)

var skiplist = &Workload{
	Name:    "skiplist",
	Doc:     "insertion, removal and range moves in a skip list; each level is sorted and a part of the one below, and the size is right",
	Expects: []Event{Conflict, Extension},
	Least:   2,
	Make:    makeSkiplist,
}

const (
	skipKeys   = 128
	skipLevels = 4
)

// A skipList links keys: key k has a tower of links, one a level, and key 0 is
// the head.
type skipList struct{ links, size int }

// height is the number of levels of a key.
func (s *skipList) height(key int64) int {
	return 1 + bits.TrailingZeros64(uint64(key)*0x9e3779b97f4a7c15>>32|1<<(skipLevels-1))
}

func (s *skipList) link(key int64, level int) int { return s.links + int(key)*skipLevels + level }

func makeSkiplist(int, *rand.Rand) *Instance {
	var l layout
	s := &skipList{links: l.vars("link", (skipKeys+1)*skipLevels, 0), size: l.vars("size", 1, 0)}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			key := 1 + h.Rand.Int64N(skipKeys)
			switch h.Rand.IntN(16) {
			case 0:
				return h.View(ctx, func(tx Tx) error { return s.check(tx.Get) })
			case 1:
				return h.Update(ctx, "check", func(tx Tx) error { return s.check(tx.Get) })
			case 2: // all of a range at once
				return h.Update(ctx, "toggle range", func(tx Tx) error {
					for k := key; k < min(key+4, skipKeys); k++ {
						if err := s.toggle(tx, k); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return h.Update(ctx, "toggle", func(tx Tx) error { return s.toggle(tx, key) })
		},
		Check: s.check,
	}
}

// toggle inserts key, or removes it if it is there.
func (s *skipList) toggle(tx Tx, key int64) error {
	var before [skipLevels]int64
	at, steps := int64(0), 0
	for level := skipLevels - 1; level >= 0; level-- {
		for {
			next := tx.Get(s.link(at, level))
			if next == 0 || next >= key {
				break
			}
			if steps++; next <= at || steps > skipKeys {
				return violated("skiplist: %d after %d on level %d", next, at, level)
			}
			at = next
		}
		before[level] = at
	}
	there := tx.Get(s.link(before[0], 0)) == key
	for level := range s.height(key) {
		from := s.link(before[level], level)
		switch linked := tx.Get(from) == key; {
		case linked != there:
			return violated("skiplist: key %d is on level 0: %v, and on level %d: %v", key, there, level, linked)
		case there:
			tx.Set(from, tx.Get(s.link(key, level)))
		default:
			tx.Set(s.link(key, level), tx.Get(from))
			tx.Set(from, key)
		}
	}
	if there {
		tx.Add(s.size, -1)
	} else {
		tx.Add(s.size, 1)
	}
	return nil
}

func (s *skipList) check(get func(v int) int64) error {
	var tower [skipKeys + 1]int
	for level := range skipLevels {
		n, at := int64(0), int64(0)
		for {
			next := get(s.link(at, level))
			if next == 0 {
				break
			}
			if next <= at || tower[next] != level {
				return violated("skiplist: %d after %d on level %d, linked on %d below", next, at, level, tower[next])
			}
			tower[next]++
			at = next
			n++
		}
		if size := get(s.size); level == 0 && n != size {
			return violated("skiplist: %d keys, and a size of %d", n, size)
		}
	}
	for key := int64(1); key <= skipKeys; key++ {
		if n := tower[key]; n != 0 && n != s.height(key) {
			return violated("skiplist: key %d is linked on %d levels, not %d", key, n, s.height(key))
		}
	}
	return nil
}
