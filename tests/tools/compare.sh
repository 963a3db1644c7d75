#!/usr/bin/env bash
# Builds the server of another commit and the one of this working copy, and measures both in turns. With `traces`, the one
# of this working copy traces.    compare.sh REV [traces]
set -euo pipefail
case ${2-} in
'' | traces) ;;
*) echo "compare.sh REV [traces], not $2" >&2 && exit 2 ;;
esac
. "$(dirname "$0")/revision.sh"

before=$(server_of "${1:?the commit to compare with}")
after=$target/compare/auth-server
(cd "$root" && cargo build --quiet --release -p auth-server)
cp "$target/release/auth-server" "$after"

cd "$root"
cargo bench --quiet -p auth-tests -- compare "$before" "$after" ${2:+"$2"}
