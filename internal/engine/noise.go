package engine

import "github.com/weft-stm/weft/internal/atomics"

// Noise makes rare interleavings common. A plain stress run on few cores is
// nearly sequential: 100,000 transactions may see a dozen conflicts. With
// noise the engine now and then lets others run between two steps of the
// protocol, has an attempt lose a conflict that there was not, and delays a
// wake. All of these may happen anyway, so none of them may break anything.
//
// The fields are chances in 1/65536.
type Noise struct {
	Yield    uint32 // at each step of the protocol, that others run
	Abort    uint32 // at each validation, that it fails
	LateWake uint32 // at each wake, that it comes up to atomics.MaxLate later
}

// unluckyOneIn is how many forced aborts there are to one transaction that
// loses all of its attempts until it runs under the serial token: otherwise few
// would ever climb that far.
const unluckyOneIn = 64

// noise is the Noise, with chanceBits for each field; 0 is off and costs a load
// of a line that nobody writes.
var noise atomics.Uint64

const (
	chanceBits = 20
	chanceMask = 1<<chanceBits - 1
	abortShift = chanceBits
	wakeShift  = 2 * chanceBits
)

// disturbed is what noise has done so far, and what it goes by.
var disturbed struct {
	_       line
	seed    atomics.Uint64      // racing updates lose a number: no harm
	unlucky atomics.Pointer[Tx] // to lose until it is serial
	yields  atomics.Uint64
	aborts  atomics.Uint64
	wakes   atomics.Uint64
	_       line
}

// Set makes n the noise of the process. The zero Noise is silence.
func (n Noise) Set(seed uint64) {
	disturbed.seed.Store(scramble(seed) | 1)
	disturbed.unlucky.Store(nil)
	noise.Store(uint64(n.Yield) | uint64(n.Abort)<<abortShift | uint64(n.LateWake)<<wakeShift)
}

// SetNoise sets the chance of a yield, and no other noise.
func SetNoise(chance uint32, seed uint64) { Noise{Yield: chance}.Set(seed) }

// A Disturbance counts what noise has done.
type Disturbance struct{ Yields, Aborts, LateWakes uint64 }

// ReadDisturbance returns the counts so far.
func ReadDisturbance() Disturbance {
	d := &disturbed
	return Disturbance{d.yields.Load(), d.aborts.Load(), d.wakes.Load()}
}

// step marks a place between two steps of the protocol.
func step() {
	if !atomics.Exploring && noise.Load() != 0 {
		stepSlow()
	}
}

func stepSlow() {
	if roll(noise.Load() & chanceMask) {
		disturbed.yields.Add(1)
		atomics.Yield()
	}
}

// unlucky is a step after which tx may have to lose although nothing it read
// has changed. The holder of the serial token cannot lose.
func (tx *Tx) unlucky() bool {
	return !atomics.Exploring && noise.Load() != 0 && tx.unluckySlow()
}

func (tx *Tx) unluckySlow() bool {
	stepSlow()
	again := disturbed.unlucky.Load() == tx
	switch {
	case tx.serial:
		if again {
			disturbed.unlucky.CompareAndSwap(tx, nil)
		}
		return false
	case again:
	case !roll(noise.Load() >> abortShift & chanceMask):
		return false
	case draw64()>>24%unluckyOneIn == 0:
		disturbed.unlucky.Store(tx)
	}
	disturbed.aborts.Add(1)
	return true
}

// unpark ends the wait of s.
func (s *sleeper) unpark() {
	if !atomics.Exploring && noise.Load() != 0 && roll(noise.Load()>>wakeShift&chanceMask) {
		disturbed.wakes.Add(1)
		atomics.Late(draw64(), s.parker.Unpark)
		return
	}
	s.parker.Unpark()
}

// roll reports true with a chance in 1/65536.
func roll(chance uint64) bool { return chance != 0 && draw64()>>24&0xffff < chance }

// scramble makes very different numbers of similar ones (splitmix64): else
// runs whose seeds are neighbours begin alike.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// draw64 returns the next of a sequence of pseudo-random numbers (xorshift).
func draw64() uint64 {
	x := disturbed.seed.Load()
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	disturbed.seed.Store(x)
	return x
}
