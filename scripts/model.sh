#!/usr/bin/env bash
# Checks the models of the protocol with Spin; see internal/engine/spin.
source "$(dirname "$0")/lib.sh"
[ -f internal/engine/spin/run.sh ] || skip "there is no model yet"
status=0
bash internal/engine/spin/run.sh "$@" || status=$?
[ "$status" != 3 ] || skip "spin or gcc is missing"
exit "$status"
