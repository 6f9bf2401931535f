#!/usr/bin/env bash
# Builds everything for the other platforms and vets the core there.
#
# To vet is to compile the tests, too, and to compare the assembly with its
# declarations.
source "$(dirname "$0")/lib.sh"
for platform in linux/arm64 darwin/arm64 darwin/amd64 windows/amd64; do
	echo "$platform"
	export GOOS=${platform%/*} GOARCH=${platform#*/}
	go build "$@" ./...
	go vet $(core)
done
