#!/usr/bin/env bash
# Builds the server, and replaces the server key of two of them under load.    key_rotation.sh
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
# The service fetches a PostgreSQL where there is none.
run_server doctor >/dev/null
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/key_rotation.py" "$binary"
