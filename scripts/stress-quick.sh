#!/usr/bin/env bash
# Runs the short form of the stress program as a user would.
source "$(dirname "$0")/lib.sh"
ls stress/*.go >/dev/null 2>&1 || skip "there is no stress program yet"
go run ./stress -quick "$@"
