#!/usr/bin/env bash
# Breaks the engine on purpose and shows which layer of tests notices.
source "$(dirname "$0")/lib.sh"
[ -d scripts/mutants ] || skip "there are no mutants yet"
go run ./scripts/mutants "$@"
