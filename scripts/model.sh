#!/usr/bin/env bash
# Checks the models of the protocol with Spin; see internal/engine/spin.
source "$(dirname "$0")/lib.sh"
[ -f internal/engine/spin/run.sh ] || skip "there is no model yet"
command -v spin >/dev/null || skip "spin is not installed (on Debian: apt-get install spin)"
bash internal/engine/spin/run.sh "$@"
