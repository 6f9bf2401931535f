// Package trial runs a workload on a memory under noise, records every attempt
// and has package history decide whether what happened was opaque. It runs in
// windows: the hands work, rest while the window is checked, and go on; so a
// run of any length needs the memory of one window.
//
// # Noise
//
// A run on few processors is nearly sequential. So the hands yield now and
// then between two operations, and the engine between steps of its protocol
// (also between publishing and waking); the engine has attempts lose conflicts
// that there were not, some again and again until they have the serial token;
// it lets some wakes come late; some transactions fail on purpose after all of
// their operations; and some variables are written anew with what is in them,
// which makes attempts that read them lose. All of it is counted, and what was
// forced is not taken for a conflict.
//
// # What makes a violation
//
// An invariant of the workload, in any attempt or at rest; an anomaly in the
// history; a variable that at rest does not hold what the history says; a
// panic; no progress; and on Weft more attempts in a row than its bound.
package trial
