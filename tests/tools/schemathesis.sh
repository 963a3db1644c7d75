#!/usr/bin/env bash
# Runs schemathesis over the OpenAPI document against a server of its own, on a private PostgreSQL of
# its own. Needs python3 with pip.    schemathesis.sh [EXAMPLES PER OPERATION]
set -euo pipefail
examples=${1:-50}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; }
    rm -rf "$work"
}
trap cleanup EXIT

cd "$root"
cargo build --quiet -p auth-server
binary=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/auth-server
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$work/tools" 'schemathesis==4.32.5'

AUTH__DATABASE__DATA_DIR="$work/data" AUTH__HTTP__LISTEN=127.0.0.1:0 AUTH__ADMIN__LISTEN=127.0.0.1:0 \
    AUTH__LIMITS__ENABLED=false "$binary" >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 600); do
    grep -q '^listening on' "$work/out" && break
    kill -0 "$server" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
    sleep 0.1
done
base=$(sed -n 's/^listening on //p' "$work/out")

# What it remembers between runs stays in the working folder too.
cd "$work"
check() {
    PYTHONPATH="$work/tools" python3 -m schemathesis.cli run "$base/openapi.json" --url "$base" \
        --checks not_a_server_error,content_type_conformance,response_schema_conformance,status_code_conformance \
        --max-examples "$examples" --request-timeout 20 --seed 1 --no-color "$@"
}
post() { curl -sS -d "$2" "$base$1"; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

echo "as a stranger"
check

echo "as a user"
id=$(post /auth/v1/verification '{"email":"somebody@example"}' | field verification_id)
for _ in $(seq 100); do grep -q somebody@example "$work/out" && break; sleep 0.1; done
code=$(sed -n 's/.*somebody@example.*code=\([0-9]*\).*/\1/p' "$work/out")
token=$(post /auth/v1/verification/verify "{\"verification_id\":\"$id\",\"verification_code\":\"$code\"}" | field verification_token)
access=$(post /auth/v1/signup "{\"email\":\"somebody@example\",\"verification_token\":\"$token\"}" | field access_token)
# Without the calls that would end the session of the run.
check --header "Authorization: Bearer $access" --include-path-regex '^/auth/v1/user/' \
    --exclude-path-regex 'revoke|signout' --exclude-method DELETE
