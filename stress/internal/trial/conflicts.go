package trial

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weft-stm/weft/stress/internal/workload"
)

// A clash is a kind of conflict: where, who lost, and to whom.
type clash struct{ variable, loser, rival string }

// Names of rivals that are no transaction of a workload.
const (
	singleStep = "single step"
	// Nobody is the rival where the variable holds what the attempt saw there:
	// noise forced the loss, or wrote the same value anew, or somebody had the
	// variable locked and gave up.
	Nobody = "nobody"
)

// A Conflict says how often transactions of one name made those of another
// start over, at variables of one kind.
type Conflict struct {
	Variables    string  `json:"variables"`
	Loser        string  `json:"loser"`
	Rival        string  `json:"rival"`
	Restarts     int64   `json:"restarts"`
	Hottest      string  `json:"hottest"` // of the variables
	HottestShare float64 `json:"hottest_share"`
}

// conflicts sums up, the most frequent first.
func conflicts(clashes map[clash]int64) []Conflict {
	hot := map[clash]clash{} // of each group, the clash at its hottest variable
	sums := map[clash]int64{}
	for c, n := range clashes {
		g := clash{workload.Group(c.variable), c.loser, c.rival}
		sums[g] += n
		if h := hot[g]; n > clashes[h] || n == clashes[h] && c.variable < h.variable {
			hot[g] = c
		}
	}
	all := []Conflict{}
	for g, n := range sums {
		all = append(all, Conflict{g.variable, g.loser, g.rival, n, hot[g].variable, float64(clashes[hot[g]]) / float64(n)})
	}
	slices.SortFunc(all, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(b.Restarts, a.Restarts), strings.Compare(a.Variables, b.Variables),
			strings.Compare(a.Loser, b.Loser), strings.Compare(a.Rival, b.Rival))
	})
	return all
}

// addAll adds the values of one map to those of another.
func addAll[K comparable](to, from map[K]int64) {
	for k, n := range from {
		to[k] += n
	}
}
