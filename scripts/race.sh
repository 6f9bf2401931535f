#!/usr/bin/env bash
# Runs the tests under the race detector, with the invariants on.
source "$(dirname "$0")/lib.sh"
go test -race -count=1 -timeout="$TIMEOUT" "$@" $(tested)
