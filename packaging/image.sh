#!/usr/bin/env bash
# Makes the image without a container daemon and without root: packaging/Containerfile makes the same one with a daemon.
# `docker load` and `podman load` take it. Needs Debian's umoci and skopeo.
#
#   image.sh PROGRAM FILE
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need umoci umoci
need skopeo skopeo
program=$1 file=$(realpath -m "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The service's own folder is the only one that is not root's.
"$source/packaging/root-filesystem.sh" "$program" "$work/root"
archive "$work/root" --exclude=./var/lib/auth-server --file="$work/layer.tar" .
tar --append --directory "$work/root" --format=ustar --mtime="@$SOURCE_DATE_EPOCH" \
    --owner=65532 --group=65532 --numeric-owner --file="$work/layer.tar" ./var/lib/auth-server

created=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
image=$work/layout:$version
history=(--history.created="$created" --history.created_by=packaging/image.sh)
umoci init --layout "$work/layout"
umoci new --image "$image"
umoci raw add-layer --image "$image" "${history[@]}" "$work/layer.tar"
# As in packaging/Containerfile.
umoci config --image "$image" "${history[@]}" --created="$created" \
    --config.user=65532:65532 --config.workingdir=/var/lib/auth-server --config.volume=/var/lib/auth-server \
    --config.entrypoint=/usr/bin/auth-server --config.cmd=serve --config.stopsignal=SIGTERM \
    --config.exposedports=8080/tcp --config.exposedports=8081/tcp \
    --config.env=PATH=/usr/bin --config.env=AUTH_PROFILE=production --config.env=AUTH__HTTP__LISTEN=0.0.0.0:8080 \
    --config.env=AUTH__DATABASE__DATA_DIR=/var/lib/auth-server \
    --config.label=org.opencontainers.image.title=auth-server \
    --config.label=org.opencontainers.image.version="$version" \
    --config.label="org.opencontainers.image.licenses=MIT OR Apache-2.0"
rm -f "$file"
skopeo --insecure-policy copy --quiet "oci:$image" "docker-archive:$file:localhost/auth-server:$version"

# Whoever tries it downloads it first.
most=60000000 size=$(stat --format=%s "$file")
echo "the image has $((size / 1000000)) MB" >&2
[ "$size" -lt "$most" ] || { echo "it must have less than $((most / 1000000)) MB" >&2; exit 1; }
