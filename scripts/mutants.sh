#!/usr/bin/env bash
# Breaks the engine on purpose and shows which layer of tests notices.
source "$(dirname "$0")/lib.sh"
go run ./internal/mutants "$@"
