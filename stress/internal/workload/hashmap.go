package workload

import (
	"context"
	"math/rand/v2"
)

var hashmap = &Workload{
	Name:    "hashmap",
	Doc:     "entries move between two chained hash maps; each is in exactly one of them",
	Expects: []Event{Conflict, Extension},
	Least:   2,
	Make:    makeHashmap,
}

// hashMaps are two maps with the same keys. Key k is node k-1, so a link is a
// key, and 0 the end of a chain.
type hashMaps struct {
	buckets [2]int // variable of bucket 0
	next    int    // of key 0, which is not used
}

const (
	mapKeys    = 96
	mapBuckets = 16
)

func (m *hashMaps) bucket(in int, key int64) int {
	return m.buckets[in] + int(uint64(key)*0x9e3779b97f4a7c15>>60)
}

func makeHashmap(_ int, rnd *rand.Rand) *Instance {
	var l layout
	m := &hashMaps{buckets: [2]int{l.vars("a.bucket", mapBuckets, 0), l.vars("b.bucket", mapBuckets, 0)}}
	m.next = l.vars("next", mapKeys+1, 0)
	for key := int64(1); key <= mapKeys; key++ {
		b := m.bucket(rnd.IntN(2), key)
		l.initial[m.next+int(key)] = l.initial[b]
		l.initial[b] = key
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			switch key := 1 + h.Rand.Int64N(mapKeys); h.Rand.IntN(32) {
			case 0:
				return h.View(ctx, func(tx Tx) error { return m.check(tx.Get) })
			case 1:
				return h.Update(ctx, "check", func(tx Tx) error { return m.check(tx.Get) })
			case 2, 3:
				other := 1 + h.Rand.Int64N(mapKeys)
				return h.Update(ctx, "move two", func(tx Tx) error {
					if err := m.move(tx, key); err != nil {
						return err
					}
					return m.move(tx, other)
				})
			default:
				return h.Update(ctx, "move", func(tx Tx) error { return m.move(tx, key) })
			}
		},
		Check: m.check,
	}
}

// find returns the variable that links to key in one of the maps.
func (m *hashMaps) find(tx Tx, in int, key int64) (from int, found bool, err error) {
	from = m.bucket(in, key)
	for range mapKeys + 1 {
		switch link := tx.Get(from); link {
		case 0:
			return 0, false, nil
		case key:
			return from, true, nil
		default:
			from = m.next + int(link)
		}
	}
	return 0, false, violated("hashmap: a chain of more than %d", mapKeys)
}

// move takes key from the map where it is to the other one.
func (m *hashMaps) move(tx Tx, key int64) error {
	a, inA, err := m.find(tx, 0, key)
	if err != nil {
		return err
	}
	b, inB, err := m.find(tx, 1, key)
	if err != nil {
		return err
	}
	if inA == inB {
		return violated("hashmap: key %d in both maps or none: %v, %v", key, inA, inB)
	}
	from, to := a, m.bucket(1, key)
	if inB {
		from, to = b, m.bucket(0, key)
	}
	tx.Set(from, tx.Get(m.next+int(key)))
	tx.Set(m.next+int(key), tx.Get(to))
	tx.Set(to, key)
	return nil
}

// check walks all chains.
func (m *hashMaps) check(get func(v int) int64) error {
	var seen [mapKeys + 1]bool
	n := 0
	for in := range m.buckets {
		for b := range mapBuckets {
			for key := get(m.buckets[in] + b); key != 0; key = get(m.next + int(key)) {
				if seen[key] {
					return violated("hashmap: key %d twice", key)
				}
				if m.bucket(in, key) != m.buckets[in]+b {
					return violated("hashmap: key %d in a chain of others", key)
				}
				seen[key] = true
				n++
			}
		}
	}
	if n != mapKeys {
		return violated("hashmap: %d keys of %d", n, mapKeys)
	}
	return nil
}
