package main

// Steps on two cells, and waits without a transaction.
var steps = []mutant{
	{"two cells change though the second is another's", []edit{{e + "both.go",
		"if !b.Cell.word.CompareAndSwap(b.Seen, b.Seen|lockBit) {", "if b.Cell.word.Store(b.Seen | lockBit); " + never + "true {"}}},
	{"first of two cells left locked", []edit{{e + "both.go",
		"\t\ta.Cell.unlock(a.Seen)\n\t\treturn false\n\t}\n\tif gateClosed()", "\t\treturn false\n\t}\n\tif gateClosed()"}}},
	{"gate ignored by a step on two cells", []edit{{e + "both.go",
		"if gateClosed() {", "if " + never + "gateClosed() {"}}},
	{"version of a step on two cells not newer than what it overwrites", []edit{{e + "both.go",
		"s.versions.draw(versionOf(max(a.Seen, b.Seen)))", "s.versions.draw(0)"}}},
	{"version of a step on two cells not shown though Views run", []edit{{e + "both.go",
		"\t\tshow(wv) // as Tx.commit does\n", ""}}},
	{"step on two cells keeps the history of one", []edit{{e + "both.go",
		"\tb.Cell.keepPast(b.Seen, wv, &h)\n", ""}}},
	{"second of two cells wakes nobody", []edit{{e + "both.go",
		"\t\tb.wake()\n", ""}}},
	{"wait for a step looks at the word afterwards", []edit{{e + "await.go",
		"\t\tword := c.unlocked() // before the step looks\n\t\tmade := step()\n", "\t\tmade := step()\n\t\tword := c.unlocked()\n"}}},
	{"wait for a step keeps the baton", []edit{{e + "await.go",
		"\t\t\tif baton {\n", "\t\t\tif " + never + "baton {\n"}}},
	{"wait for a step loses its place", []edit{{e + "await.go",
		"ticket); !baton {", "ticket); " + always + "!baton {"}}},
	{"version of a step with a supply not newer than what it overwrites", []edit{{e + "single.go",
		"s.versions.draw(versionOf(seen))", "s.versions.draw(0)"}}},
}
