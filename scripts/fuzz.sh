#!/usr/bin/env bash
# Fuzzes every target of the module in turn, FUZZTIME each.
#
# What it finds is kept in the package's testdata and replayed by every later
# run of the tests.
source "$(dirname "$0")/lib.sh"
targets=$(git grep --untracked -noE '^func Fuzz\w+' -- '*_test.go') || skip "there is no fuzz target yet"
while IFS=: read -r file _ func; do
	echo "${func#func } in $(dirname "$file")"
	go test -run '^$' -fuzz "^${func#func }\$" -fuzztime "${FUZZTIME:-30s}" "$@" "./$(dirname "$file")"
done <<<"$targets"
