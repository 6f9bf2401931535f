package heap

// Places counts the entries that d keeps, with or without a key.
func Places[K comparable, V any](d *Dict[K, V]) int {
	all, _ := d.entries()
	return len(all)
}
