#!/usr/bin/env bash
# Checks the models of the protocol with Spin; see internal/engine/spin.
source "$(dirname "$0")/lib.sh"
[ -f internal/engine/spin/run.sh ] || skip "there is no model yet"
bash internal/engine/spin/run.sh "$@"
