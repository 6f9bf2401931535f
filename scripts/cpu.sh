#!/usr/bin/env bash
# Runs the tests on one, two and four processors.
#
# One shows what relies on another goroutine running meanwhile, more than there
# are what relies on none being descheduled. As many as there are have been used
# by the tests already.
source "$(dirname "$0")/lib.sh"
counts=$(printf '%s\n' 1 2 4 | grep -vx "$(getconf _NPROCESSORS_ONLN)" | paste -sd,)
go test -cpu "$counts" -count=1 -timeout="$TIMEOUT" "$@" $(tested)
