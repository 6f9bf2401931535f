package engine

import "github.com/weft-stm/weft/internal/atomics"

// Noise makes rare interleavings common. A plain stress run on few cores is
// nearly sequential: 100,000 transactions may see a dozen conflicts. With
// noise the goroutine yields now and then between two steps of the protocol.
//
// noise is the chance of a yield per step, in 1/65536; 0 is off and costs a
// load of a line that nobody writes.
var noise atomics.Uint32

// noiseSeed drives the yields. Racing updates lose a number: no harm.
var noiseSeed atomics.Uint64

// SetNoise sets the chance of a yield per protocol step, in 1/65536.
func SetNoise(chance uint32, seed uint64) {
	noiseSeed.Store(seed | 1)
	noise.Store(chance)
}

// step marks a place between two steps of the protocol.
func step() {
	if !atomics.Exploring && noise.Load() != 0 {
		stepSlow()
	}
}

func stepSlow() {
	x := noiseSeed.Load()
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	noiseSeed.Store(x)
	if uint32(x>>24)&0xffff < noise.Load() {
		atomics.Yield()
	}
}
