#!/usr/bin/env bash
# Runs the interleaving explorer's scenarios.
#
# The tests of stm and the engine run in the same build: outside of a scenario accesses go
# straight through.
source "$(dirname "$0")/lib.sh"
[ -d internal/explore ] || skip "there is no explorer yet"
go test -tags stmexplore -count=1 -timeout="$TIMEOUT" "$@" ./internal/explore/... ./stm ./internal/engine
