package main

// commuting holds bugs in writes that do not read.
var commuting = []mutant{
	{"commute applied to an old value", []edit{{e + "commit.go",
		"if ok && e.op == opApply && old&^waitBit != e.old {", "if " + never + "ok {"}}},
	{"addition forgets what was there", []edit{{e + "commit.go",
		"e.number.plus(e.c.w.Load(), e.val.W)", "e.number.plus(0, e.val.W)"}}},
	{"commute computed for the first try only", []edit{{e + "commit.go",
		"if tx.deferred {\n\t\t\ttx.apply()", "if tx.deferred && try == 1 {\n\t\t\ttx.apply()"}}},
	{"commute after a write forgets the write", []edit{{e + "commute.go",
		"\tcase opSet:\n\t\te.val = fn(e.val)\n", "\tcase opSet:\n\t\te.op, e.fn = opApply, fn\n"}}},
	{"commute after an addition forgets the addition", []edit{{e + "commute.go",
		"e.op, e.fn = opApply, chain(e.number.add(e.val.W), fn)", "e.op, e.fn = opApply, fn"}}},
	{"commutes in the wrong order", []edit{{e + "commute.go",
		"then(first(v))", "first(then(v))"}}},
	{"number not cut to its size", []edit{{e + "commute.go",
		"return (a + b) & (math.MaxUint64 >> (64 - 8*uint(n.Size)))", "return a + b"}}},
	{"addition read back without a read", []edit{{e + "commute.go",
		"\ttx.reads = append(tx.reads, read{e.c, l &^ waitBit})\n", "\t_ = l\n"}}},
	{"addition read back and added again", []edit{{e + "commute.go",
		"\te.op, e.fn = opSet, nil\n", "\te.fn = nil\n"}}},
	{"addition read back in a part stays when the part is undone", []edit{{e + "commute.go",
		"\ttx.save(e)\n\tif e.op == opAdd {", "\tif e.op == opAdd {"}}},
	{"commute under no lock", []edit{{e + "commit.go",
		"if ok && e.op == opApply && old&^waitBit != e.old {\n\t\t\te.c.unlock(old)\n\t\t\tok = false", "if ok && e.op == opApply && old&^waitBit != e.old {\n\t\t\told = e.old"}}},
}
