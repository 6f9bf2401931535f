#!/usr/bin/env bash
# Runs the tests as the README tells users to.
source "$(dirname "$0")/lib.sh"
go test "$@" ./...
