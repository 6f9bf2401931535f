package command

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// list says what there is.
func list(_ context.Context, t *terminal, args []string) (int, error) {
	if len(args) > 0 {
		return 0, usageError(fmt.Sprintf("%q is too much: list takes no arguments", args[0]))
	}
	var rows [][]string
	for _, w := range workload.All() {
		rows = append(rows, []string{w.Name, w.Doc, fmt.Sprint(w.Expects)})
	}
	t.printf("%s\n\n", console.Table("workloads", []string{"name", "what it does; what must hold", "has to meet, on weft"}, rows))
	rows = nil
	for _, s := range memory.Systems() {
		rows = append(rows, []string{s.Name, s.Doc})
	}
	t.printf("%s\n\n", console.Table("engines", []string{"name", "what it is"}, rows))
	rows = [][]string{{"", "the main job: the word index, a race stress, a verdict"}}
	for _, c := range subcommands() {
		rows = append(rows, []string{c.name, c.doc})
	}
	t.printf("%s\n", console.Table("commands: go run ./stress COMMAND -h", []string{"name", "what it does"}, rows))
	return Holds, nil
}
