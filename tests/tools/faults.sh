#!/usr/bin/env bash
# Builds the server and runs it on databases that fail.    faults.sh [--may-miss] [short | all | NAME…]
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
# The service fetches a PostgreSQL where there is none.
run_server doctor >/dev/null
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/faults/faults.py" "$binary" "$@"
