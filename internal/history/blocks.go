package history

// A blocks is a list that grows by whole blocks: appending never copies what is
// there, which would stall a worker in the middle of an attempt, and a list that
// was reset keeps its memory for the next window.
type blocks[T any] struct {
	block [][]T
	n     int
}

const (
	blockShift = 10
	blockSize  = 1 << blockShift
)

func (b *blocks[T]) push(x T) {
	i := b.n >> blockShift
	if i == len(b.block) {
		b.block = append(b.block, make([]T, blockSize))
	}
	b.block[i][b.n&(blockSize-1)] = x
	b.n++
}

func (b *blocks[T]) at(i int) *T { return &b.block[i>>blockShift][i&(blockSize-1)] }

func (b *blocks[T]) reset() { b.n = 0 }
