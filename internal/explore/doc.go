// Package explore runs small concurrent programs under every schedule, or
// under many, and says what went wrong under which.
//
// A program is a set of guest threads. Each is a coroutine (iter.Pull), and
// exactly one runs at a time. Under the build tag stmexplore every access of
// internal/atomics, and every park, pause and lock, is announced to the
// explorer before it is performed; so are the beginnings and ends of
// transactions (Begin, End), because their order in real time is part of what
// a program observes. Between two announcements a thread runs undisturbed.
//
// A thread that waits is disabled until what it waits for holds. So polling
// takes one step, and
//
//   - nothing can move, somebody is unfinished: a deadlock, that is a lost
//     wake-up or a lock that was never released;
//   - more steps than the bound: a livelock, however unfair the schedule;
//   - a panic that leaves a guest, or a false final state: a failure.
//
// Data-race-free Go programs behave as if run on one processor, and Go's
// atomics are sequentially consistent (https://go.dev/ref/mem). So an
// exhausted search is a statement about all executions of that program, as
// long as its threads share nothing but announced objects, and as long as the
// race detector is silent about the same code.
//
// Searches: Full tries every schedule. DPOR tries one of each class of
// schedules that differ only in the order of independent accesses
// (Flanagan and Godefroid, POPL 2005, with sleep sets). Preemptions tries
// every schedule with at most k switches away from a thread that could go on
// (Musuvathi and Qadeer, PLDI 2007). PCT draws schedules that find a bug of
// depth d with a known probability (Burckhardt et al., ASPLOS 2010), and
// Random draws each step. The last two can be Impatient: then a wait for a lock
// may be given up, as beside a holder that is slow.
//
// Nothing but the schedule may decide what a program does. Searches that
// share a prefix compare what they meet, random ones repeat some runs, and
// each failure is repeated: a difference is a failure of its own kind.
package explore
