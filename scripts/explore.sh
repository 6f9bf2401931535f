#!/usr/bin/env bash
# Runs the interleaving explorer's scenarios.
#
# The tests of stm, the engine and the heap of guests run in the same build, where
# the engine differs from the normal one: outside of a scenario accesses go
# straight through. make nightly adds those of sched and tvar.
source "$(dirname "$0")/lib.sh"
[ -d internal/explore ] || skip "there is no explorer yet"
go test -tags stmexplore -count=1 -timeout="$TIMEOUT" "$@" ./internal/explore/... ./stm ./internal/engine ./sched/heap
