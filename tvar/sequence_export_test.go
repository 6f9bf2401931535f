package tvar

import "unsafe"

// ItemSizes returns what an item takes beside itself.
func ItemSizes() map[string]uintptr {
	type word = int64
	return map[string]uintptr{
		"Stack": unsafe.Sizeof(frame[word]{}) - unsafe.Sizeof(word(0)),
		"Deque": unsafe.Sizeof(knot[word]{}) - unsafe.Sizeof(word(0)),
		"List":  unsafe.Sizeof(Node[word]{}) - unsafe.Sizeof(word(0)),
	}
}
