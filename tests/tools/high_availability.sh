#!/usr/bin/env bash
# Builds the server and runs it on two databases that Patroni looks after, of which the primary dies.
# high_availability.sh [asynchronous] [synchronous] [haproxy] [hosts]
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
# The service fetches a PostgreSQL where there is none.
run_server doctor >/dev/null
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$root/tests/tools/high_availability.py" "$binary" "$@"
