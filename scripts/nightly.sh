#!/usr/bin/env bash
# Runs what is too long for every change.
#
# That is the same checks many times over, the explorer's long search, fuzzing,
# the larger models, the mutants, a hundred million recorded attempts and an hour
# of stress. It runs all of them and fails if one did. RACE_COUNT, CPU_COUNT,
# DEEP (the explorer's tests, as for -run), FUZZTIME, MODEL (nightly or small),
# MUTANTS (as for -run), ATTEMPTS and SOAK make it shorter.
source "$(dirname "$0")/lib.sh"
failed=()
run() {
	local status=0
	echo "== $*"
	"$@" || status=$?
	case $status in
	0 | 77) ;; # 77: skipped
	*) failed+=("$*") ;;
	esac
}
run env TIMEOUT=60m scripts/race.sh -count="${RACE_COUNT:-20}"
run env TIMEOUT=60m scripts/cpu.sh -count="${CPU_COUNT:-10}"
run go test -tags stmexplore -count=1 -timeout 30m ./sched ./tvar
run go test -tags stmexplore -count=1 -timeout 120m -run "${DEEP:-.}" ./internal/explore -args -deep
run env WEFT_TEST_LARGE=1 go test -count=1 -timeout 60m ./internal/engine ./examples/vm/run
run env FUZZTIME="${FUZZTIME:-10m}" scripts/fuzz.sh
run scripts/model.sh "${MODEL:-nightly}"
run scripts/mutants.sh -run "${MUTANTS:-.}"
run go run ./stress -only race -attempts "${ATTEMPTS:-100000000}"
run go run ./stress suite -duration "${SOAK:-1h}"
if [ ${#failed[@]} -gt 0 ]; then
	printf 'failed: %s\n' "${failed[@]}"
	exit 1
fi
