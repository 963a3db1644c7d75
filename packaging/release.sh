#!/usr/bin/env bash
# Makes everything that a release has, from a clone without changes: archive, Debian package, image, list of components,
# checksums. Two runs on one commit give the same bytes.
#
#   release.sh FOLDER            AUTH_SERVER_BINARY names a program that is built already
set -euo pipefail
. "$(dirname "$0")/lib.sh"
if [ -n "$(git -C "$source" status --porcelain)" ]; then
    echo "this clone has changes; releases are made of commits" >&2
    exit 1
fi
folder=$(realpath -m "$1")
rm -rf "$folder"
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=${AUTH_SERVER_BINARY:-$("$source/packaging/build.sh")}
machine=$(rustc -vV | sed -n 's/^host: //p')
debian=$(dpkg --print-architecture)

name=auth-server-$version-$machine
"$source/packaging/archive.sh" "$program" "$work/archive/$name"
archive "$work/archive" "$name" | gzip -9n > "$folder/$name.tar.gz"
cp "$work/archive/$name/auth-server.cdx.json" "$folder/auth-server-$version.cdx.json"
"$source/packaging/debian.sh" "$work/archive/$name" "$folder/auth-server_${version}_$debian.deb"
"$source/packaging/image.sh" "$program" "$folder/auth-server-$version-image-$debian.tar"
(cd "$folder" && sha256sum -- * > "$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
ls -l "$folder"
