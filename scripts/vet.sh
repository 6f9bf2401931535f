#!/usr/bin/env bash
# Vets every package, with each build tag that the core knows.
source "$(dirname "$0")/lib.sh"
for tags in "" stmexplore stminvariants; do
	go vet -tags="$tags" "$@" ./...
done
