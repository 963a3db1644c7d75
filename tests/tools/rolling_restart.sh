#!/usr/bin/env bash
# Builds the server and restarts two of them, one after the other, behind each proxy.    rolling_restart.sh [nginx] [haproxy]
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
# The service fetches a PostgreSQL where there is none.
run_server doctor >/dev/null
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/rolling_restart.py" "$binary" "$@"
