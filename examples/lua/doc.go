// Package luastm runs Lua scripts in parallel over shared tables, each script as
// one transaction. It embeds github.com/yuin/gopher-lua as it is, not a fork,
// in the closure form of package sched.
//
//	rt := luastm.New(luastm.Options{})
//	visit, err := rt.Compile("visit.lua", `
//	    local page = ...
//	    shared[page] = (shared[page] or 0) + 1
//	    return shared[page]`)
//	...
//	n, err := rt.Run(ctx, visit, "index") // from any goroutine
//
// A script takes effect as a whole or not at all, as if no other ran at the
// same time. It is undone by an error that it does not catch, by the end of the
// context also after it has written, and by the step limit. The keys that it
// uses need not be known beforehand.
//
// # In scripts
//
//	shared                     the table that all scripts share
//	t.k, t[k] = v, #t, pairs(t), ipairs(t), next(t), table.insert, remove, concat, unpack(t)
//	snapshot(t)                a plain copy of a shared table
//	counter(name)              c:add(n), c:get(): additions do not conflict
//	retry()                    undo the script, and run it again once something it read has changed
//	or_else(f, g, ...)         call the first function that does not retry; what the others did is undone
//	try(f, ...)                pcall, which undoes what f did to shared tables if it fails
//	print(...)                 after the commit, once
//
// Shared tables hold numbers, strings, booleans and shared tables. A plain
// table is copied when it is stored: shared.t = {1, 2} makes a new shared table,
// and shared.t leads to that. Functions, userdata, coroutines and tables with a
// metatable cannot be shared, which is an error. Keys are numbers, strings and
// booleans.
//
// Scripts conflict over single keys: see [heap.Dict] of package sched/heap.
// pairs, next and snapshot depend on which keys there are, #t on some
// of the integer keys. pairs goes over the keys that there are when the loop
// begins, in the order of insertion.
//
// # Running a script again
//
// A script that loses a conflict is run again, which nobody can tell. Each
// attempt has an environment of its own: globals, changes of the libraries and
// plain tables of an attempt, or of a former script, are gone with it. pcall,
// xpcall and coroutines cannot stop what ends an attempt. math.random gives
// every attempt of a run the same numbers, os.time the time when the run
// began.
//
// What reaches the world needs a rule: see [Runtime.Register], and [sched.Effect]
// for the rules. There is no io, debug, package or channel library, no load,
// dofile or setfenv, and of os only time and clock.
//
// # Limits
//
// A library looks empty to pairs, and to set one of its functions, or a
// predefined global, to nil brings back the original.
//
// Instructions are counted, so every loop in Lua can be ended. A call of
// string.find that takes for ever cannot. Memory is not limited, but for what
// string.rep makes. or_else and try undo what was
// done to shared tables, not locals and plain tables. A coroutine cannot yield
// out of a function that or_else or try call.
package luastm
