package tvar_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// FuzzValues sends values of every kind of storage, made from any bytes,
// through Vars.
func FuzzValues(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0xff})
	f.Add([]byte("some text that is longer than a word"))
	f.Add(binary.LittleEndian.AppendUint64(nil, 0x7ff8000000000001)) // a NaN
	f.Add(binary.LittleEndian.AppendUint64(nil, 1<<63))              // -0
	f.Fuzz(func(t *testing.T, data []byte) {
		word := binary.LittleEndian.Uint64(append(slices.Clone(data), make([]byte, 8)...))
		comparing(int8(word), int8(word>>8))(t)
		comparing(int16(word), int16(word>>8))(t)
		comparing(uint32(word), uint32(word>>8))(t)
		comparing(int64(word), ^int64(word))(t)
		bitwise(math.Float32frombits(uint32(word)))(t)
		bitwise(math.Float64frombits(word))(t)
		bitwise(complex(math.Float32frombits(uint32(word)), math.Float32frombits(uint32(word>>32))))(t)
		comparing(string(data), string(data[len(data)/2:]))(t)
		deeply(data, data[:len(data)/2:len(data)/2])(t)
		comparing[any](string(data), word)(t)
		comparing([3]uint64{word, 1, ^word})(t)
		comparing(&data, nil)(t)
	})
}

// FuzzAdd compares Add with Go's own +, for integers and deltas of all sizes.
func FuzzAdd(f *testing.F) {
	f.Add(uint64(math.MaxUint64), uint64(1), uint64(1<<63))
	f.Add(uint64(0x7f), uint64(0x80), uint64(0xff))
	f.Fuzz(func(t *testing.T, start, a, b uint64) {
		addsUp(t, int8(start), int8(a), int8(b))
		addsUp(t, uint8(start), uint8(a), uint8(b))
		addsUp(t, int16(start), int16(a), int16(b))
		addsUp(t, uint32(start), uint32(a), uint32(b))
		addsUp(t, int64(start), int64(a), int64(b))
		addsUp(t, uintptr(start), uintptr(a), uintptr(b))
	})
}

func addsUp[T tvar.Number](t *testing.T, start, a, b T) {
	v := tvar.New(start)
	update(t, func(tx *stm.Tx) {
		tvar.Add(tx, v, a)
		tvar.Add(tx, v, b)
	})
	require.Equal(t, start+a+b, v.Load())
	update(t, func(tx *stm.Tx) {
		tvar.Add(tx, v, b)
		require.Equal(t, start+a+b+b, v.Get(tx))
		tvar.Add(tx, v, a)
	})
	require.Equal(t, start+a+b+b+a, v.Load())
}
