#!/usr/bin/env bash
# Builds the server, backs its data up, and restores them elsewhere, as docs/operation/backup.md says.    restore.sh
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
# The service fetches a PostgreSQL where there is none.
run_server doctor >/dev/null
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/restore.py" "$binary"
