# For scripts to source: a server of their own on a private PostgreSQL of its own, in a folder that goes with them.
# Sets root and work; build_server sets binary, start_server base and admin too. Processes that a script adds to `others` are
# ended with it.
# AUTH_SERVER_BINARY names a server that is built already.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
server=
others=
cleanup() {
    for process in $others $server; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# free_port: a port where nobody listens. Needs node.
free_port() {
    node -e 'const s = net.createServer().listen(0, () => { console.log(s.address().port); s.close(); })'
}

# run_server [ARGUMENT…]: the program, on the private PostgreSQL.
run_server() {
    env -u DATABASE_URL AUTH_PROFILE=local AUTH__DATABASE__DATA_DIR="$work/data" "$binary" "$@"
}

# build_server: the program, unless it is built already.
build_server() {
    local target
    binary=${AUTH_SERVER_BINARY:-}
    [ -z "$binary" ] || return 0
    (cd "$root" && cargo build --quiet -p auth-server)
    target=$(cd "$root" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    binary=$target/debug/auth-server
}

# start_server [NAME=VALUE…]: settings of the script's own.
start_server() {
    build_server
    # Another one may have been started before, which goes on writing into its own.
    rm -f "$work/out" "$work/err"
    : >"$work/out"
    env -u DATABASE_URL AUTH_PROFILE=local AUTH__DATABASE__DATA_DIR="$work/data" AUTH__LIMITS__ENABLED=false \
        AUTH__HTTP__LISTEN=127.0.0.1:0 AUTH__ADMIN__LISTEN=127.0.0.1:0 "$@" "$binary" >"$work/out" 2>"$work/err" &
    server=$!
    for _ in $(seq 600); do
        grep -q '^admin listening on' "$work/out" && break
        kill -0 "$server" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
        sleep 0.1
    done
    base=$(sed -n 's/^listening on //p' "$work/out")
    # shellcheck disable=SC2034 # for those that source this
    admin=$(sed -n 's/^admin listening on //p' "$work/out")
    [ -n "$base" ] && [ -n "$admin" ] || { echo "the server does not listen" >&2; exit 1; }
}
