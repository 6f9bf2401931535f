#!/usr/bin/env bash
# Runs the benchmarks and reads them with benchstat.
#
# Set BENCH to a pattern, COUNT to the number of samples, OUT to the file that
# keeps the raw figures, and BENCHSTAT_FLAGS to lay out the table otherwise than
# with a column for each library, as in
#
#	BENCH=Ops/op=RMW1/ COUNT=10 BENCHSTAT_FLAGS='-row /op,/g -col /lib' scripts/bench.sh
source "$(dirname "$0")/lib.sh"
[ -d bench ] || skip "there are no benchmarks yet"
out=${OUT:-bench.out}
echo "writing $out"
go test -run '^$' -bench "${BENCH:-.}" -benchmem -count "${COUNT:-6}" -timeout 0 "$@" ./bench/... | tee "$out"
go run "$BENCHSTAT" ${BENCHSTAT_FLAGS--col /lib} "$out"
