#!/usr/bin/env bash
# Runs the tests on one, two and four processors.
#
# One shows what relies on another goroutine running meanwhile, more than there
# are what relies on none being descheduled.
source "$(dirname "$0")/lib.sh"
go test -cpu 1,2,4 -count=1 -timeout="$TIMEOUT" "$@" $(tested)
