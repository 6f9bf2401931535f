# shellcheck shell=bash
#
# Sourced by every script beside it: moves to the root of the module and knows
# its packages. Extra arguments of a script go to the go command, as in
#
#	scripts/race.sh -run TestWriteSkew

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tools that go.mod does not list, at the versions that the checks are made for.
STATICCHECK=honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT=golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# A test that hangs should say where, long before the machine is given up.
TIMEOUT=${TIMEOUT:-5m}

# core prints the packages that users import and what comes with them.
core() {
	local p
	for p in stm tvar sched sched/heap internal/engine internal/contention internal/atomics internal/invariants; do
		if [ -d "$p" ]; then echo "./$p"; fi
	done
}

# tested prints every package but those that run nothing of ours: one judges
# source, the other models, and they would only do so again.
tested() { go list ./... | grep -vE '/internal/(lint|engine/spin)$'; }

# skip ends a script that has nothing to do here, and says why. Its exit status
# is the one that test runners know for this.
skip() {
	echo "skipped: $*"
	exit 77
}
