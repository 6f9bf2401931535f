package trial

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"

	"github.com/weft-stm/weft/internal/engine"
)

// A Noise says how much a run disturbs itself: chances in percent.
type Noise struct {
	Yields    float64 `json:"yields_percent"`     // that others run, at each operation and each step of the protocol
	Aborts    float64 `json:"aborts_percent"`     // that an attempt is undone for no reason, at its end and at each validation
	LateWakes float64 `json:"late_wakes_percent"` // that a wake comes up to a millisecond late
}

// DefaultNoise is enough to make conflicts common.
var DefaultNoise = Noise{Yields: 5, Aborts: 1, LateWakes: 1}

// Err says why there is no such noise.
func (n Noise) Err() error {
	for _, p := range []float64{n.Yields, n.Aborts, n.LateWakes} {
		if !(p >= 0 && p <= 100) {
			return fmt.Errorf("%g is no chance: a percentage is between 0 and 100", p)
		}
	}
	return nil
}

// String describes the noise in a few words.
func (n Noise) String() string {
	return fmt.Sprintf("%g%% forced yields, %g%% forced aborts, %g%% late wakes", n.Yields, n.Aborts, n.LateWakes)
}

// engine is the part of the noise that is made in the engine.
func (n Noise) engine() engine.Noise {
	return engine.Noise{Yield: chance(n.Yields), Abort: chance(n.Aborts), LateWake: chance(n.LateWakes)}
}

// touchOneIn is how often noise writes a variable anew before a transaction.
const touchOneIn = 16

// errForced undoes a transaction whose body had nothing against it.
var errForced = errors.New("undone on purpose")

// A noise disturbs one hand. Its decisions come from the seed, apart from
// those of the workload.
type noise struct {
	rnd    *rand.Rand
	yields uint32 // chance, in 1/65536
	aborts uint32

	yielded, failed int64
}

func newNoise(n Noise, seed, hand uint64) *noise {
	return &noise{rnd: rand.New(rand.NewPCG(seed, hand<<1|1)), yields: chance(n.Yields), aborts: chance(n.Aborts)}
}

// chance is a percentage in 1/65536.
func chance(percent float64) uint32 { return uint32(percent / 100 * 65536) }

func (n *noise) roll(chance uint32) bool { return chance > 0 && n.rnd.Uint32()&0xffff < chance }

// step yields, perhaps.
func (n *noise) step() {
	if n.roll(n.yields) {
		n.yielded++
		runtime.Gosched()
	}
}

// fail reports whether a transaction is to fail on purpose.
func (n *noise) fail() bool {
	if !n.roll(n.aborts) {
		return false
	}
	n.failed++
	return true
}

func (n *noise) touch() bool { return n.yields > 0 && n.rnd.IntN(touchOneIn) == 0 }
