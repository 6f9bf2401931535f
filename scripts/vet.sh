#!/usr/bin/env bash
# Vets every package, and the core with each build tag that it knows.
source "$(dirname "$0")/lib.sh"
go vet "$@" ./...
for tag in stmexplore stminvariants; do
	go vet -tags="$tag" "$@" $(core) ./internal/explore/...
done
