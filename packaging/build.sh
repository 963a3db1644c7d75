#!/usr/bin/env bash
# Builds the program as releases have it: with TLS to the database, and the same bytes wherever the clone is. Prints the
# path of the program. Needs perl and make.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need perl perl
need make make
target=${CARGO_TARGET_DIR:-$source/target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
export CARGO_TARGET_DIR=$target CARGO_INCREMENTAL=0

# Paths end up in messages of panics and in what C code says of itself. OpenSSL keeps the flags and the folder that it is
# compiled with, so the bytes are the same for the same target folder and cargo's.
cargo_home=${CARGO_HOME:-$HOME/.cargo}
RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$source=/auth-server"
CFLAGS=${CFLAGS:-}
for place in "$target=/target" "$cargo_home=/cargo"; do
    RUSTFLAGS="$RUSTFLAGS --remap-path-prefix=$place"
    CFLAGS="$CFLAGS -ffile-prefix-map=$place"
done
export RUSTFLAGS CFLAGS CXXFLAGS="${CXXFLAGS:-} $CFLAGS"
cargo build --release --locked --quiet --manifest-path "$source/Cargo.toml" -p auth-server --features pg-tls >&2
echo "$target/release/auth-server"
