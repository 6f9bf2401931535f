#!/usr/bin/env bash
# Runs staticcheck on a normal build and on the explorer's.
source "$(dirname "$0")/lib.sh"
for tags in "" stmexplore; do
	go run "$STATICCHECK" -tags="$tags" "$@" ./...
done
