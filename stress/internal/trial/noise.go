package trial

import (
	"errors"
	"math/rand/v2"
	"runtime"
)

// How often noise makes a transaction fail on purpose, and a variable be
// written anew before a transaction: one in so many.
const (
	forceOneIn = 128
	touchOneIn = 16
)

// errForced undoes a transaction whose body had nothing against it.
var errForced = errors.New("undone on purpose")

// A noise disturbs one hand. Its decisions come from the seed, apart from
// those of the workload.
type noise struct {
	rnd    *rand.Rand
	chance uint32 // of a yield, in 1/65536
}

// chance is a percentage in 1/65536.
func chance(percent float64) uint32 { return uint32(percent / 100 * 65536) }

// step yields, perhaps.
func (n *noise) step() {
	if n.chance > 0 && n.rnd.Uint32()&0xffff < n.chance {
		runtime.Gosched()
	}
}

func (n *noise) force() bool { return n.chance > 0 && n.rnd.IntN(forceOneIn) == 0 }
func (n *noise) touch() bool { return n.chance > 0 && n.rnd.IntN(touchOneIn) == 0 }
