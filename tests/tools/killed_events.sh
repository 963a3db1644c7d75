#!/usr/bin/env bash
# Builds the server and lets killed_events.py kill it.    killed_events.sh [EVENTS]
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
python3 "$root/tests/tools/killed_events.py" "$binary" "${1:-10000}"
