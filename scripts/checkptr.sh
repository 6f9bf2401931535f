#!/usr/bin/env bash
# Tests what uses unsafe with pointers checked, and with GOGC=1.
#
# All our conversions are in this module, so only it is compiled with the check.
# The second run collects garbage at nearly every allocation: a pointer that
# hides in an integer does not live long.
source "$(dirname "$0")/lib.sh"
packages=$(core | grep -E '^./(stm|tvar|internal/engine)$') || skip "nothing uses unsafe yet"
go test -gcflags=github.com/weft-stm/weft/...=-d=checkptr -count=1 -timeout="$TIMEOUT" "$@" $packages
GOGC=1 go test -count=1 -timeout="$TIMEOUT" "$@" $packages
