#!/usr/bin/env bash
# Runs what is too long for every change.
#
# That is the same checks many times over, fuzzing, the larger models and the
# mutants. It runs all of them and fails if one did.
source "$(dirname "$0")/lib.sh"
failed=()
run() {
	local status=0
	echo "== $*"
	"$@" || status=$?
	case $status in
	0 | 3) ;; # 3: skipped
	*) failed+=("$*") ;;
	esac
}
run env TIMEOUT=60m scripts/race.sh -count="${RACE_COUNT:-20}"
run env TIMEOUT=60m scripts/cpu.sh -count="${CPU_COUNT:-10}"
run env TIMEOUT=60m scripts/explore.sh
run env FUZZTIME="${FUZZTIME:-10m}" scripts/fuzz.sh
run scripts/model.sh
run scripts/mutants.sh
if [ ${#failed[@]} -gt 0 ]; then
	printf 'failed: %s\n' "${failed[@]}"
	exit 1
fi
