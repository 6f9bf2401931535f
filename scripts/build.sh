#!/usr/bin/env bash
# Builds every package and command.
source "$(dirname "$0")/lib.sh"
go build "$@" ./...
