package trial

import (
	"fmt"
	"strings"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// A Code names a trial so that it can be run again: workload, engine,
// GOMAXPROCS, hands, noise and seed, as in "bank/weft/p2/h8/n5/s1f00". The seed
// decides what every hand does, not how the machine interleaves them.
type Code string

func codeOf(c Config, procs int) Code {
	return Code(fmt.Sprintf("%s/%s/p%d/h%d/n%g/s%x", c.Workload.Name, c.Engine, procs, c.Hands, c.Noise, c.Seed))
}

func (c Code) fileName() string { return strings.ReplaceAll(string(c), "/", "_") }

// Config returns what the code names.
func (c Code) Config() (Config, error) {
	parts := strings.Split(string(c), "/")
	bad := fmt.Errorf("%q is not a trial: it should look like bank/weft/p2/h8/n5/s1f00", string(c))
	if len(parts) != 6 {
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
	n, err := fmt.Sscanf(strings.Join(parts[2:], " "), "p%d h%d n%g s%x", &out.Procs, &out.Hands, &out.Noise, &out.Seed)
	if err != nil || n != 4 || out.Procs < 1 || out.Hands < 1 || out.Noise < 0 || out.Noise > 100 {
		return Config{}, bad
	}
	return out, nil
}
