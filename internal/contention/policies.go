package contention

// Backoff pauses and does nothing else.
func Backoff(l Loss) Step {
	return Step{Spin: l.pause(), Yield: l.Losses > Default.Yield}
}

// Greedy lets the oldest go first. It shares the last step of the ladder.
func Greedy(l Loss) Step {
	return Step{Queue: true, Rank: l.Order, Serialize: Default.Next(l).Serialize}
}

// Karma lets those go first who have wasted most.
func Karma(l Loss) Step {
	return Step{Queue: true, Rank: MaxWasted - min(MaxWasted, uint64(l.Wasted)), Serialize: Default.Next(l).Serialize}
}

// Random decides by chance.
func Random(seed uint64, l Loss) Step {
	x := (l.Random ^ seed) * 0x9e3779b97f4a7c15
	x ^= x >> 29
	return Step{
		Spin: int(x & 255), Yield: x>>8&3 == 0, Limit: x>>10&3 == 0,
		Queue: x>>12&1 == 0, Rank: x >> 13 & 3, Serialize: x>>16&15 == 0,
	}
}
