package engine

// hooks are what the body asked to be run later.
type hooks struct {
	commit   []func()
	rollback []func()
	before   []func() error
	kept     []any // alive until the attempt has ended
}

type hookMarks struct{ commit, rollback, before int }

func (h *hooks) marks() hookMarks {
	return hookMarks{len(h.commit), len(h.rollback), len(h.before)}
}

// cut forgets the hooks registered since m and returns the rollback hooks
// among them.
func (h *hooks) cut(m hookMarks) []func() {
	undone := h.rollback[m.rollback:]
	h.commit = h.commit[:m.commit]
	h.before = h.before[:m.before]
	h.rollback = h.rollback[:m.rollback:m.rollback]
	return undone
}

// OnCommit runs f after the commit, first registered first.
func OnCommit(tx *Tx, f func()) {
	tx.check()
	tx.hooks.commit = append(tx.hooks.commit, f)
}

// OnRollback runs f when what surrounds it is undone, last registered first.
func OnRollback(tx *Tx, f func()) {
	tx.check()
	tx.hooks.rollback = append(tx.hooks.rollback, f)
}

// BeforeCommit runs f inside the transaction, after its body.
func BeforeCommit(tx *Tx, f func() error) {
	tx.check()
	tx.hooks.before = append(tx.hooks.before, f)
}

// Keep keeps x, a pointer, alive until the attempt has ended. What is taken back
// keeps its objects alive, too: it has been seen.
func Keep(tx *Tx, x any) {
	tx.check()
	if n := len(tx.hooks.kept); n == 0 || tx.hooks.kept[n-1] != x {
		tx.hooks.kept = append(tx.hooks.kept, x)
	}
}

// runBefore runs the BeforeCommit hooks, also those that they register.
func (tx *Tx) runBefore() error {
	for i := 0; i < len(tx.hooks.before); i++ {
		if err := tx.hooks.before[i](); err != nil {
			return err
		}
		if tx.signal != none {
			return nil
		}
	}
	return nil
}

// take empties h. The slices go with it: hooks run outside of the transaction
// and may start others.
func (h *hooks) take() (commit, rollback []func()) {
	commit, rollback = h.commit, h.rollback
	if commit != nil || rollback != nil || h.before != nil || h.kept != nil {
		*h = hooks{}
	}
	return commit, rollback
}

func runRollback(fs []func()) {
	last := len(fs) - 1
	runAll(len(fs), func(i int) { fs[last-i]() })
}

func runCommit(fs []func()) {
	runAll(len(fs), func(i int) { fs[i]() })
}

// runAll runs hooks 0 to n-1. A hook that panics, or ends its goroutine, does
// not stop the others; the first panic comes out with its own stack.
func runAll(n int, hook func(i int)) {
	i := 0
	defer func() {
		for i++; i < n; i++ { // hook i did not return
			runQuietly(hook, i)
		}
	}()
	for ; i < n; i++ {
		hook(i)
	}
}

func runQuietly(hook func(i int), i int) {
	defer func() { _ = recover() }()
	hook(i)
}
