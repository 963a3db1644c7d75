#!/usr/bin/env bash
# Attacks servers of its own, with limits as they are by default. Needs node 20.    attacks.sh [REGEXP]
# The expression chooses among the names of the attacks.
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
BIN=$binary ONLY=${1:-.} node "$root/tests/tools/attacks.mjs"
