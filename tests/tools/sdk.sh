#!/usr/bin/env bash
# Runs account lives through the unmodified SDKs of the hosted service against a server of its own, on a
# private PostgreSQL of its own. Needs node 20 with npm.    sdk.sh
# AUTH_SERVER_BINARY names a server that is built already.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
server=
flows=
cleanup() {
    for process in $flows $server; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

binary=${AUTH_SERVER_BINARY:-}
if [ -z "$binary" ]; then
    (cd "$root" && cargo build --quiet -p auth-server)
    target=$(cd "$root" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    binary=$target/debug/auth-server
fi

# A copy, because node looks for packages beside the script.
cp -r "$root/tests/tools/sdk" "$work/sdk"
(cd "$work/sdk" && npm install --loglevel=error --ignore-scripts --no-package-lock --no-audit --no-fund >&2)
# The server must know the third party's address before anybody listens there.
port=$(node -e 'const s = net.createServer().listen(0, () => { console.log(s.address().port); s.close(); })')

unset DATABASE_URL
export AUTH_PROFILE=local AUTH__DATABASE__DATA_DIR="$work/data" AUTH__LIMITS__ENABLED=false
export AUTH__HTTP__LISTEN=127.0.0.1:0 AUTH__ADMIN__LISTEN=127.0.0.1:0
export AUTH__PROVIDERS__ACME__KIND=oidc AUTH__PROVIDERS__ACME__CLIENT_ID=sdk
export AUTH__PROVIDERS__ACME__ISSUER="http://127.0.0.1:$port"
export AUTH__PROVIDERS__ACME__REDIRECT_URIS=https://app.example.com/signed-in
"$binary" >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 600); do
    grep -q '^listening on' "$work/out" && break
    kill -0 "$server" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
    sleep 0.1
done
base=$(sed -n 's/^listening on //p' "$work/out")
[ -n "$base" ] || { echo "the server does not listen" >&2; exit 1; }

node "$work/sdk/flows.mjs" "$base" "$work/out" "$port" &
flows=$!
status=0
wait "$flows" || status=$?
flows=
exit "$status"
