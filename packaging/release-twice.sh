#!/usr/bin/env bash
# Makes the release twice, in two clones, and compares the bytes. Takes two release builds.
#
#   release-twice.sh             AUTH_SERVER_BINARY names a program that is built already: then only the packaging is done twice
set -euo pipefail
. "$(dirname "$0")/lib.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/release-twice.XXXXXX")
trap 'rm -rf "$work"' EXIT
for clone in one another-one; do
    git clone --quiet --no-hardlinks "$source" "$work/$clone"
    CARGO_TARGET_DIR=$work/target "$work/$clone/packaging/release.sh" "$work/$clone-release"
    rm -rf "$work/target"
done
diff "$work/one-release/SHA256SUMS" "$work/another-one-release/SHA256SUMS"
echo "two builds of $(git -C "$source" rev-parse --short HEAD) are the same, byte by byte"
