# The incremental solver of constraints DeltaBlue: one-way constraints of some
# strength between variables. Rounds are independent.
const REQUIRED = 0
const PREFERRED = 2
const STRONG_DEFAULT = 3
const NORMAL = 4
const WEAKEST = 6

fn remove(l, x) {
	let kept = 0
	for i in 0..len(l) {
		let y = l[i]
		if y != x { l[kept] = y; kept += 1 }
	}
	while len(l) > kept { l.pop() }
}

class Variable {
	fn init(value) {
		self.value = value
		self.constraints = []
		self.by = nil # the constraint that determines it
		self.mark = 0
		self.walk = WEAKEST
		self.stay = true
	}
	fn add(c) { self.constraints.append(c) }
	fn remove(c) {
		remove(self.constraints, c)
		if self.by == c { self.by = nil }
	}
}

class Constraint {
	fn init(strength) { self.strength = strength }
	fn is_input() { return false }
	fn enter(p) {
		self.connect()
		p.add(self)
	}
	# satisfy returns the constraint that has to give way.
	fn satisfy(mark, p) {
		self.choose(mark)
		if not self.satisfied() {
			assert(self.strength != REQUIRED, "a required constraint cannot be satisfied")
			return nil
		}
		self.mark_inputs(mark)
		let out = self.output()
		let before = out.by
		if before != nil { before.give_way() }
		out.by = self
		assert(p.propagate(self, mark), "constraints in a circle")
		out.mark = mark
		return before
	}
	fn leave(p) {
		if self.satisfied() { p.remove(self) } else { self.disconnect() }
	}
}

class Unary : Constraint {
	fn init(v, strength, p) {
		super.init(strength)
		self.out = v
		self.holds = false
		self.enter(p)
	}
	fn connect() { self.out.add(self); self.holds = false }
	fn disconnect() { self.out.remove(self); self.holds = false }
	fn choose(mark) { self.holds = self.out.mark != mark and self.strength < self.out.walk }
	fn satisfied() { return self.holds }
	fn give_way() { self.holds = false }
	fn mark_inputs(mark) { }
	fn inputs_known(mark) { return true }
	fn output() { return self.out }
	fn execute() { }
	fn recalculate() {
		self.out.walk = self.strength
		self.out.stay = not self.is_input()
		if self.out.stay { self.execute() }
	}
}

class Stay : Unary { }

class Edit : Unary {
	fn is_input() { return true }
}

class Binary : Constraint {
	fn init(a, b, strength, p) {
		super.init(strength)
		self.a = a
		self.b = b
		self.way = 0
		self.enter(p)
	}
	fn connect() { self.a.add(self); self.b.add(self); self.way = 0 }
	fn disconnect() { self.a.remove(self); self.b.remove(self); self.way = 0 }
	fn choose(mark) {
		let a = self.a
		let b = self.b
		self.way = 0
		if a.mark == mark {
			if b.mark != mark and self.strength < b.walk { self.way = 1 }
		} else if b.mark == mark {
			if self.strength < a.walk { self.way = -1 }
		} else if a.walk > b.walk {
			if self.strength < a.walk { self.way = -1 }
		} else if self.strength < b.walk {
			self.way = 1
		}
	}
	fn satisfied() { return self.way != 0 }
	fn give_way() { self.way = 0 }
	fn input() { if self.way == 1 { return self.a } else { return self.b } }
	fn output() { if self.way == 1 { return self.b } else { return self.a } }
	fn mark_inputs(mark) { self.input().mark = mark }
	fn inputs_known(mark) {
		let i = self.input()
		return i.mark == mark or i.stay or i.by == nil
	}
	fn recalculate() {
		let i = self.input()
		let out = self.output()
		out.walk = math.max(self.strength, i.walk)
		out.stay = i.stay
		if out.stay { self.execute() }
	}
}

class Equal : Binary {
	fn execute() { self.output().value = self.input().value }
}

class Scale : Binary {
	fn init(a, scale, offset, b, p) {
		self.scale = scale
		self.offset = offset
		super.init(a, b, REQUIRED, p)
	}
	fn connect() {
		super.connect()
		self.scale.add(self)
		self.offset.add(self)
	}
	fn disconnect() {
		super.disconnect()
		self.scale.remove(self)
		self.offset.remove(self)
	}
	fn mark_inputs(mark) {
		super.mark_inputs(mark)
		self.scale.mark = mark
		self.offset.mark = mark
	}
	fn execute() {
		if self.way == 1 {
			self.b.value = self.a.value * self.scale.value + self.offset.value
		} else {
			self.a.value = (self.b.value - self.offset.value) / self.scale.value
		}
	}
	fn recalculate() {
		let i = self.input()
		let out = self.output()
		out.walk = math.max(self.strength, i.walk)
		out.stay = i.stay and self.scale.stay and self.offset.stay
		if out.stay { self.execute() }
	}
}

class Planner {
	fn init() { self.mark = 0 }
	fn next() { self.mark += 1; return self.mark }
	fn add(c) {
		let mark = self.next()
		while c != nil { c = c.satisfy(mark, self) }
	}
	fn remove(c) {
		let out = c.output()
		c.give_way()
		c.disconnect()
		let waiting = self.withdraw(out)
		for strength in REQUIRED..WEAKEST + 1 {
			for w in waiting { if w.strength == strength { self.add(w) } }
		}
	}
	# withdraw makes what depends on a variable that nothing determines any more
	# right, and returns the constraints that may hold now.
	fn withdraw(out) {
		out.by = nil
		out.walk = WEAKEST
		out.stay = true
		let waiting = []
		let todo = [out]
		while len(todo) > 0 {
			let v = todo.pop()
			for c in v.constraints { if not c.satisfied() { waiting.append(c) } }
			for c in v.constraints {
				if c != v.by and c.satisfied() {
					c.recalculate()
					todo.append(c.output())
				}
			}
		}
		return waiting
	}
	fn consumers(v, todo) {
		for c in v.constraints { if c != v.by and c.satisfied() { todo.append(c) } }
	}
	fn propagate(c, mark) {
		let todo = [c]
		while len(todo) > 0 {
			let d = todo.pop()
			if d.output().mark == mark {
				self.remove(c)
				return false
			}
			d.recalculate()
			self.consumers(d.output(), todo)
		}
		return true
	}
	# plan returns the constraints to be executed when an edit changes its
	# variable, in order.
	fn plan(edit) {
		let mark = self.next()
		let plan = []
		let todo = []
		if edit.satisfied() { todo.append(edit) }
		while len(todo) > 0 {
			let c = todo.pop()
			if c.output().mark != mark and c.inputs_known(mark) {
				plan.append(c)
				c.output().mark = mark
				self.consumers(c.output(), todo)
			}
		}
		return plan
	}
}

fn execute(plan) { for c in plan { c.execute() } }

# chain makes the first of n variables that are all equal go through values.
fn chain(n) {
	let p = Planner()
	let first = Variable(0)
	let last = first
	for i in 0..n {
		let v = Variable(0)
		Equal(last, v, REQUIRED, p)
		last = v
	}
	Stay(last, STRONG_DEFAULT, p)
	let plan = p.plan(Edit(first, PREFERRED, p))
	for i in 0..100 {
		first.value = i
		execute(plan)
		assert(last.value == i, "the chain is broken")
	}
}

fn change(p, v, value) {
	let edit = Edit(v, PREFERRED, p)
	let plan = p.plan(edit)
	for i in 0..10 {
		v.value = value
		execute(plan)
	}
	edit.leave(p)
}

# projection changes both ends of a scale, and then the scale.
fn projection(n) {
	let p = Planner()
	let scale = Variable(10)
	let offset = Variable(1000)
	let from = nil
	let to = nil
	let all = []
	for i in 0..n {
		from = Variable(i)
		to = Variable(i)
		all.append(to)
		Stay(from, NORMAL, p)
		Scale(from, scale, offset, to, p)
	}
	change(p, from, 17)
	assert(to.value == 1170, "forward")
	change(p, to, 1050)
	assert(from.value == 5, "backward")
	change(p, scale, 5)
	for i in 0..n - 1 { assert(all[i].value == i * 5 + 1000, "scale") }
	change(p, offset, 2000)
	for i in 0..n - 1 { assert(all[i].value == i * 5 + 2000, "offset") }
}

fn step(n, size) {
	return parallel(fn(i, k) {
		let done = 0
		for round in 0..share(n, i, k) {
			chain(size)
			projection(size)
			done += 1
		}
		return done
	})
}
