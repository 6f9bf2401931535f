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
echo 'package main; func main() {}' >"$scratch/probe.go"
go build -o "$scratch/probe" "$scratch/probe.go"
if "$scratch/probe" 2>/dev/null; then
	go vet $(core)
	go test -count=1 -timeout="$TIMEOUT" "$@" $(core)
	exit
fi
echo "this machine runs no 386 program: the tests are compiled for it and run as 32-bit ARM"
go vet $(core)
emulator=$(command -v qemu-arm-static qemu-arm | head -n 1) || true
[ -n "$emulator" ] || skip "compiled, but not run: install qemu-user-static"
# A test that starts its own program again cannot do so under the emulator, and
# those that unwind or print deep stacks, or wake thousands, take minutes there.
slow='^TestCrashTrace|^TestDeep|^TestCancelWhileQueuedForTheToken$|^TestWaitingUnitsAreNotInTheWay$'
GOARCH=arm go test -skip "$slow" -exec "$emulator" -count=1 -timeout="$TIMEOUT" "$@" $(core)
