#!/usr/bin/env bash
# Builds, vets and tests the core for 32 bits.
#
# A 64-bit word that is not aligned panics there. A machine that runs no 386
# program compiles the tests and runs those of 32-bit ARM, which has the same
# rule, under emulation.
source "$(dirname "$0")/lib.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOARCH=386
go build ./...
go vet $(core)
go test -c -o "$scratch/probe" ./internal/invariants
if "$scratch/probe" -test.run '^$' >/dev/null 2>&1; then
	go test -count=1 -timeout="$TIMEOUT" "$@" $(core)
	exit
fi
echo "this machine runs no 386 program: its tests are compiled only"
go test -exec true "$@" $(core) >/dev/null
emulator=$(command -v qemu-arm-static qemu-arm | head -n 1) ||
	skip "32-bit tests were compiled but not run: install qemu-user-static"
GOARCH=arm go test -exec "$emulator" -count=1 -timeout="$TIMEOUT" "$@" $(core)
