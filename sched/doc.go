// Package sched runs transactions on behalf of long-lived workers, such as the
// threads of an interpreter.
//
// A [Worker] belongs to one goroutine and keeps its descriptor, so that a
// transaction begins without taking one from a pool.
package sched
