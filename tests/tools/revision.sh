# For scripts to source: release builds of this working copy's server and of other commits'. Sets root and target.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=$(cd "$root" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')

# server_of REV: the path of the server of that commit, which is built unless it has been. For plain assignments, because
# in a condition the first failure would not end it.
server_of() (
    set -e
    rev=$(git -C "$root" rev-parse --verify --short "$1^{commit}")
    built=$target/compare/auth-server-$rev
    if [ ! -x "$built" ]; then
        mkdir -p "$target/compare"
        tree=$(mktemp -d)
        trap 'git -C "$root" worktree remove --force "$tree/$rev"; rm -rf "$tree"' EXIT
        git -C "$root" worktree add --quiet --detach "$tree/$rev" "$rev" >&2
        (cd "$tree/$rev" && cargo build --quiet --release -p auth-server --target-dir "$target/compare/target" >&2)
        mv "$target/compare/target/release/auth-server" "$built"
    fi
    echo "$built"
)
