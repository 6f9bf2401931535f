package code

import "github.com/weft-stm/weft/examples/vm/syntax"

// An exit is something around the current statement that has to be taken care
// of by who jumps out of it.
type exit struct {
	kind      exitKind
	breaks    []int // jumps
	continues []int
	from      int      // where the range begins that an exception may come from
	ranges    [][2]int // parts of it that have ended
	node      *syntax.Try
	lock      int // register
}

type exitKind uint8

const (
	loop exitKind = iota
	region
	locked
	guarded  // try with catch: nothing to be done on the way out
	finished // try with finally
)

func (g *gen) push(e *exit) *exit {
	e.from = g.here()
	g.exits = append(g.exits, e)
	return e
}

func (g *gen) pop() *exit {
	e := g.exits[len(g.exits)-1]
	g.exits = g.exits[:len(g.exits)-1]
	e.close(g.here())
	return e
}

func (e *exit) close(at int) {
	if at > e.from {
		e.ranges = append(e.ranges, [2]int{e.from, at})
	}
	e.from = at
}

// handler ends e, and makes what follows handle the exceptions from it.
func (g *gen) handler(e *exit, h Handler) {
	h.Target = int32(g.here())
	for _, r := range e.ranges {
		h.From, h.To = int32(r[0]), int32(r[1])
		g.f.Handlers = append(g.f.Handlers, h)
	}
}

// loop returns the innermost loop.
func (g *gen) loop(at syntax.Pos, what string) *exit {
	for i := len(g.exits) - 1; i >= 0; i-- {
		if g.exits[i].kind == loop {
			return g.exits[i]
		}
	}
	g.fail(at, "%s outside of a loop", what)
	return nil
}

// jumpOut emits a jump to somewhere in the loop e, and returns it.
func (g *gen) jumpOut(e *exit) int {
	n := 0
	for g.exits[n] != e {
		n++
	}
	g.leave(n + 1)
	jump := g.emit(Jump, 0, 0, 0, 0)
	g.reopen(n + 1)
	return jump
}

// leave does what is to be done on the way out of all exits from n on. The code
// for that is not in their ranges: what handles an exception must not do it
// twice.
func (g *gen) leave(n int) {
	all := g.exits
	for i := len(all) - 1; i >= n; i-- {
		e := all[i]
		g.exits = all[:i]
		switch e.kind {
		case region:
			g.emit(LeaveAtomic, 0, 0, 0, 0)
			e.close(g.here())
			continue
		case locked:
			e.close(g.here())
			g.emit(Release, e.lock, 0, 0, 0)
		case finished:
			e.close(g.here())
			g.block(e.node.Finally)
		default:
			e.close(g.here())
		}
	}
	g.exits = all
}

// reopen makes exceptions belong to the exits from n on again.
func (g *gen) reopen(n int) {
	for _, e := range g.exits[n:] {
		e.from = g.here()
	}
}

// pair takes two registers for an exception.
func (g *gen) pair() int {
	r := g.alloc()
	g.alloc()
	return r
}

func (g *gen) try(s *syntax.Try) {
	exc := g.pair()
	var outer *exit
	if s.Finally != nil {
		outer = g.push(&exit{kind: finished, node: s})
	}
	if s.Catch == nil {
		g.block(s.Body)
	} else {
		g.push(&exit{kind: guarded})
		g.block(s.Body)
		inner := g.pop()
		end := g.emit(Jump, 0, 0, 0, 0)
		g.handler(inner, Handler{Kind: Catch, Reg: uint8(exc), OrElse: -1})
		g.temps(func() {
			v := g.all[s]
			v.reg = g.alloc()
			g.emit(Move, v.reg, exc, 0, 0)
			g.box(v)
			g.block(s.Catch)
		})
		g.patch(end)
	}
	if s.Finally == nil {
		return
	}
	g.pop()
	g.block(s.Finally)
	end := g.emit(Jump, 0, 0, 0, 0)
	g.handler(outer, Handler{Kind: Cleanup, Reg: uint8(exc), OrElse: -1})
	g.block(s.Finally)
	g.emit(Rethrow, exc, 0, 0, 0)
	g.patch(end)
}

func (g *gen) with(s *syntax.With) {
	exc, lock := g.pair(), g.alloc()
	g.expr(s.Lock, lock)
	g.line = s.Pos
	g.emit(Acquire, lock, 0, 0, 0)
	e := g.push(&exit{kind: locked, lock: lock})
	g.block(s.Body)
	g.pop()
	g.line = s.Pos
	g.emit(Release, lock, 0, 0, 0)
	end := g.emit(Jump, 0, 0, 0, 0)
	g.handler(e, Handler{Kind: Cleanup, Reg: uint8(exc), OrElse: -1})
	g.emit(Release, lock, 0, 1, 0)
	g.emit(Rethrow, exc, 0, 0, 0)
	g.patch(end)
}

// atomic translates an atomic block. What it does to local variables is undone
// here, what it does to the heap by the runtime.
func (g *gen) atomic(s *syntax.Atomic) {
	exc := g.pair()
	var kept [][2]int // register of a variable, and of what it was
	for _, v := range g.saves[s] {
		if !v.boxed() {
			r := g.alloc()
			g.emit(Move, r, v.reg, 0, 0)
			kept = append(kept, [2]int{v.reg, r})
		}
	}
	restore := func() {
		for _, k := range kept {
			g.emit(Move, k[0], k[1], 0, 0)
		}
	}
	end := g.region(exc, s, func() {
		if s.OrElse == nil {
			g.block(s.Body)
			return
		}
		// A region in the region: what is undone if it comes to retry.
		end := g.region(exc, s, func() { g.block(s.Body) })
		first := len(g.f.Handlers) - 1
		g.emit(Rethrow, exc, 0, 0, 0)
		for i := first; i >= 0 && g.f.Handlers[i].Target == g.f.Handlers[first].Target; i-- {
			g.f.Handlers[i].OrElse = int32(g.here())
		}
		restore()
		g.block(s.OrElse)
		g.patch(end)
	})
	restore()
	g.emit(Rethrow, exc, 0, 0, 0)
	g.patch(end)
}

// region translates a region with a body, and returns the jump to its end. What
// follows handles exceptions.
func (g *gen) region(exc int, s *syntax.Atomic, body func()) (end int) {
	g.line = s.Pos
	g.emit(EnterAtomic, 0, 0, 0, 0)
	e := g.push(&exit{kind: region})
	body()
	g.line = s.Pos
	g.emit(LeaveAtomic, 0, 0, 0, 0)
	g.pop()
	end = g.emit(Jump, 0, 0, 0, 0)
	g.handler(e, Handler{Kind: Region, Reg: uint8(exc), OrElse: -1})
	return end
}
