# For the scripts beside it to source.
# shellcheck shell=bash
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source/Cargo.toml" | head -n 1)

# What is made has the time of the commit, so that it is the same whenever it is made.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC

# need COMMAND PACKAGE: installs Debian's package where the command is missing and this may be done.
need() {
    command -v "$1" > /dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" > /dev/null
    fi
    command -v "$1" > /dev/null || { echo "$1 is missing: install $2" >&2; return 1; }
}

# archive FOLDER [ARGUMENT…]: a tar of what is in the folder, on standard output, which depends on names, modes and content alone.
archive() {
    tar --create --directory "$1" --sort=name --format=ustar --mtime="@$SOURCE_DATE_EPOCH" \
        --owner=0 --group=0 --numeric-owner "${@:2}"
}
