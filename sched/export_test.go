package sched

// SetSpawn replaces what starts the workers of queues, until restore is called.
func SetSpawn(f func(work func())) (restore func()) {
	was := spawn
	spawn = f
	return func() { spawn = was }
}
