#!/usr/bin/env bash
# Runs the benchmarks and reads them with benchstat.
#
# Set BENCH to a pattern, COUNT to the number of rounds, BENCHTIME to the time
# for each line of a round, OUT to the file that keeps the raw figures, and
# BENCHSTAT_FLAGS to lay out the table otherwise than with a column for each
# library, as in
#
#	BENCH=Ops/op=RMW1/ COUNT=10 BENCHSTAT_FLAGS='-row /op,/g -col /lib' scripts/bench.sh
source "$(dirname "$0")/lib.sh"
[ -d bench ] || skip "there are no benchmarks yet"
out=${OUT:-bench.out}
echo "writing $out"
binary=$(mktemp)
trap 'rm -f "$binary"' EXIT
go test -c -o "$binary" ./bench
# Round by round, so that a busy spell of the machine meets every library.
for ((round = 1; round <= ${COUNT:-10}; round++)); do
	echo "round $round"
	(cd bench && "$binary" -test.run '^$' -test.bench "${BENCH:-Ops|Sweep}" -test.benchmem \
		-test.benchtime "${BENCHTIME:-20ms}" -test.timeout 0 "$@")
done | tee "$out" | grep '^round'
go run "$BENCHSTAT" ${BENCHSTAT_FLAGS--col /lib} "$out"
