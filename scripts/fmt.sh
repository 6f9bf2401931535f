#!/usr/bin/env bash
# Fails when a Go file is not formatted, and names it.
source "$(dirname "$0")/lib.sh"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	echo "not formatted, run gofmt -w on:"
	echo "$unformatted"
	exit 1
fi
