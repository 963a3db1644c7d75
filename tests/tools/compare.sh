#!/usr/bin/env bash
# Builds the server of another commit and the one of this working copy, and measures both in turns.    compare.sh REV
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rev=$(git -C "$root" rev-parse --verify --short "${1:?the commit to compare with}^{commit}")

target=$(cd "$root" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
folder=$target/compare
before=$folder/auth-server-$rev
after=$folder/auth-server
mkdir -p "$folder"

if [ ! -x "$before" ]; then
    tree=$(mktemp -d)
    trap 'git -C "$root" worktree remove --force "$tree/$rev"; rm -rf "$tree"' EXIT
    git -C "$root" worktree add --quiet --detach "$tree/$rev" "$rev"
    (cd "$tree/$rev" && cargo build --quiet --release -p auth-server --target-dir "$folder/target")
    mv "$folder/target/release/auth-server" "$before"
fi
(cd "$root" && cargo build --quiet --release -p auth-server)
cp "$target/release/auth-server" "$after"

cd "$root"
cargo bench --quiet -p auth-tests -- compare "$before" "$after"
