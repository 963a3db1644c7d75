#!/usr/bin/env bash
# Migrates a database with many users from the schema of an earlier commit while clients call.    migration.sh [USERS [REV]]
# REV is the program before; without one, the last that knew no claims. AUTH_SERVER_BEFORE and AUTH_SERVER_BINARY name
# programs that are built already.
set -euo pipefail
. "$(dirname "$0")/revision.sh"
users=${1:-5000000}
first=$(git -C "$root" log --diff-filter=A --format=%h -1 -- migrations/20261203000001_create_claims)
rev=${2:-$first~1}

before=${AUTH_SERVER_BEFORE:-}
[ -n "$before" ] || before=$(server_of "$rev")
after=${AUTH_SERVER_BINARY:-}
if [ -z "$after" ]; then
    (cd "$root" && cargo build --quiet --release -p auth-server)
    after=$target/release/auth-server
fi
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/migration/migration.py" "$before" "$after" "$users"
