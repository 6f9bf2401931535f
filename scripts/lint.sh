#!/usr/bin/env bash
# Holds the rules of the house.
#
# They are the import graph, what the core may use, file sizes and
# documentation; -v prints the figures.
source "$(dirname "$0")/lib.sh"
go test -count=1 "$@" ./internal/lint
