#!/usr/bin/env bash
# Starts three servers at once on a data folder that does not exist yet, again and again, each time from nothing: what
# they make (PostgreSQL's data, the database, the schema, the keys) must be made once, and all of them must serve it.
# Counts the rounds in which one did not.    first_starts.sh [ROUNDS]
set -euo pipefail
. "$(dirname "$0")/server.sh"

rounds=${1:-200}
servers=3
start_seconds=120

# get BASE PATH: the answer, with its status line. Needs no curl.
get() {
    local address=${1#http://}
    exec 3<>"/dev/tcp/${address%:*}/${address##*:}" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
    cat <&3
    exec 3>&-
}

# begin FOLDER: starts the servers and notes them in `others`.
begin() {
    local number
    others=
    for number in $(seq "$servers"); do
        env -u DATABASE_URL AUTH_PROFILE=local AUTH__DATABASE__DATA_DIR="$1/data" AUTH__HTTP__LISTEN=127.0.0.1:0 \
            AUTH__ADMIN__LISTEN=127.0.0.1:0 "$binary" >"$1/out.$number" 2>"$1/err.$number" &
        others="$others $!"
    done
}

# listens FOLDER NUMBER PROCESS: waits until the server does, or has ended.
listens() {
    for _ in $(seq $((start_seconds * 20))); do
        ! grep -qs '^admin listening on' "$1/out.$2" || return 0
        kill -0 "$3" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

# serves FOLDER NUMBER: whether the server is ready, with the same keys as the others.
serves() {
    local base
    base=$(sed -n 's/^listening on //p' "$1/out.$2")
    get "$base" /readyz >"$1/ready.$2" && head -n 1 "$1/ready.$2" | grep -q ' 200 ' || return 1
    get "$base" /auth/v1/certs | grep -o '"kid":"[^"]*"' >"$1/keys.$2" && cmp -s "$1/keys.1" "$1/keys.$2"
}

# round FOLDER: prints what went wrong, if anything did.
round() {
    local number process bad=0
    begin "$1"
    number=0
    for process in $others; do
        number=$((number + 1))
        if ! listens "$1" "$number" "$process"; then
            echo "server $number did not start:"
            tail -n 5 "$1/err.$number"
            bad=1
        elif ! serves "$1" "$number"; then
            echo "server $number does not serve:"
            cat "$1/ready.$number" "$1/keys.$number"
            bad=1
        fi
    done
    # At once again: they must agree on who stops PostgreSQL.
    for process in $others; do kill "$process" 2>/dev/null || true; done
    number=0
    for process in $others; do
        number=$((number + 1))
        wait "$process" || { [ "$bad" = 1 ] || { echo "server $number ended badly:"; tail -n 5 "$1/err.$number"; }; bad=1; }
    done
    others=
    if [ -f "$1/data/postgres/postmaster.pid" ]; then
        echo "PostgreSQL was left running"
        kill -INT "$(head -n 1 "$1/data/postgres/postmaster.pid")" || true
        bad=1
    fi
    return "$bad"
}

build_server
failures=0
for count in $(seq "$rounds"); do
    folder=$work/$count
    mkdir "$folder"
    round "$folder" || { failures=$((failures + 1)); echo "round $count failed"; }
    rm -rf "$folder"
done
echo "$rounds first starts of $servers servers at once: $failures failed"
[ "$failures" = 0 ]
