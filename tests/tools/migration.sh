#!/usr/bin/env bash
# Migrates a database with many users from the schema of an earlier commit while clients call.    migration.sh [USERS [REV]]
# REV is the program before; without one, the last that knew no claims. AUTH_SERVER_BEFORE and AUTH_SERVER_BINARY name
# programs that are built already.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
users=${1:-5000000}
first=$(git -C "$root" log --diff-filter=A --format=%h -1 -- migrations/20261203000001_create_claims)
rev=${2:-$first~1}

target=$(cd "$root" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
before=${AUTH_SERVER_BEFORE:-}
if [ -z "$before" ]; then
    rev=$(git -C "$root" rev-parse --verify --short "$rev^{commit}")
    before=$target/compare/auth-server-$rev
    if [ ! -x "$before" ]; then
        tree=$(mktemp -d)
        trap 'git -C "$root" worktree remove --force "$tree/$rev"; rm -rf "$tree"' EXIT
        git -C "$root" worktree add --quiet --detach "$tree/$rev" "$rev"
        (cd "$tree/$rev" && cargo build --quiet --release -p auth-server --target-dir "$target/compare/target")
        cp "$target/compare/target/release/auth-server" "$before"
    fi
fi
after=${AUTH_SERVER_BINARY:-}
if [ -z "$after" ]; then
    (cd "$root" && cargo build --quiet --release -p auth-server)
    after=$target/release/auth-server
fi
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/migration/migration.py" "$before" "$after" "$users"
