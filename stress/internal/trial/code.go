package trial

import (
	"fmt"
	"strings"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// A Code names a trial so that it can be run again: workload, engine,
// GOMAXPROCS, hands, noise (yields, aborts and late wakes, in percent) and
// seed, as in "bank/weft/p2/h8/n5/a1/w5/s1f00". The seed decides what every
// hand does, not how the machine interleaves them.
type Code string

func codeOf(c Config, procs int) Code {
	return Code(fmt.Sprintf("%s/%s/p%d/h%d/n%g/a%g/w%g/s%x", c.Workload.Name, c.Engine, procs, c.Hands,
		c.Noise.Yields, c.Noise.Aborts, c.Noise.LateWakes, c.Seed))
}

func (c Code) fileName() string { return strings.ReplaceAll(string(c), "/", "_") }

// Config returns what the code names.
func (c Code) Config() (Config, error) {
	parts := strings.Split(string(c), "/")
	bad := fmt.Errorf("%q is not the code of a trial, which looks like bank/weft/p2/h8/n5/a1/w5/s1f00", string(c))
	if len(parts) != 8 {
		return Config{}, bad
	}
	w, err := workload.Find(parts[0])
	if err != nil {
		return Config{}, err
	}
	if _, err := memory.Find(parts[1]); err != nil {
		return Config{}, err
	}
	out := Config{Workload: w, Engine: parts[1]}
	n, err := fmt.Sscanf(strings.Join(parts[2:], " "), "p%d h%d n%g a%g w%g s%x",
		&out.Procs, &out.Hands, &out.Noise.Yields, &out.Noise.Aborts, &out.Noise.LateWakes, &out.Seed)
	if err != nil || n != 6 || out.Procs < 1 || out.Procs > MostProcs || out.Hands < 1 || out.Hands > MostHands || out.Noise.Err() != nil {
		return Config{}, bad
	}
	return out, nil
}
