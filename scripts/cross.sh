#!/usr/bin/env bash
# Builds everything for the other platforms.
#
# Where the core has assembly, vet compares it with its declarations, and
# compiles the tests on the way.
source "$(dirname "$0")/lib.sh"
for platform in linux/arm64 darwin/arm64 darwin/amd64 windows/amd64; do
	echo "$platform"
	export GOOS=${platform%/*} GOARCH=${platform#*/}
	go build "$@" ./...
done
GOOS=linux GOARCH=arm64 go vet $(core)
