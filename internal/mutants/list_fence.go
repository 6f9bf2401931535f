package main

// fence holds bugs in the fence, and who is seen by scans.
var fence = []mutant{
	{"Quiesce waits for nobody", []edit{{e + "quiesce.go",
		"if s&1 == 0 {", "if " + always + "s&1 == 0 {"}}},
	{"attempt announced after its snapshot", []edit{{e + "tx.go",
		"\ttx.activity.slot.begin()\n", "\ttx.limit = limitAt(shown())\n\ttx.activity.slot.begin()\n\tif tx.mode != viewing {\n\t\treturn\n\t}\n"}}},
	{"Quiesce looks at one descriptor only", []edit{{e + "quiesce.go",
		"\t\tfor round := 0; a.Load() == s; round++ {", "\t\tif e.next != nil {\n\t\t\tcontinue\n\t\t}\n\t\tfor round := 0; a.Load() == s; round++ {"}}},
	{"Quiesce waits for attempts that began later", []edit{{e + "quiesce.go",
		"for round := 0; a.Load() == s; round++ {", "for round := 0; a.Load()&1 == 1; round++ {"}}},
	{"Quiesce cannot be cancelled", []edit{{e + "quiesce.go",
		"if err := ctx.Err(); err != nil {", "if err := ctx.Err(); " + never + "err != nil {"}, {e + "quiesce.go",
		"a.Load() != s || ctx.Err() != nil", "a.Load() != s"}}},
	{"Quiesce inside a transaction waits for itself", []edit{{e + "quiesce.go",
		"\tRefuseNested()\n", ""}}},
	{"slots cut off by a new one", []edit{{e + "registry.go",
		"\t\te.next = r.head.Load()\n", ""}}},
	{"slot owned by two", []edit{{e + "registry.go",
		"e, r.free = r.free[n-1], r.free[:n-1]", "e = r.free[n-1]"}}},
	{"grace over at once", []edit{{e + "grace.go",
		"if s := e.slot.serial.Load(); s&1 != 0 {", "if s := e.slot.serial.Load(); " + never + "s&1 != 0 {"}}},
	{"grace over with the last of its attempts", []edit{{e + "grace.go",
		"\t\t\treturn false\n\t\t}\n\t\tg.running = g.running[:n-1]\n", "\t\t\treturn false\n\t\t}\n\t\tg.running = nil\n\t\tbreak\n"}}},
	{"grace waits for later attempts too", []edit{{e + "grace.go",
		"a.of.serial.Load() == a.serial {", "a.of.serial.Load()&1 != 0 {"}}},
}
