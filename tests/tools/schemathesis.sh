#!/usr/bin/env bash
# Runs schemathesis over the OpenAPI document against a server of its own, on a private PostgreSQL of
# its own. Needs python3 with pip.    schemathesis.sh [EXAMPLES PER OPERATION]
set -euo pipefail
examples=${1:-50}
. "$(dirname "$0")/server.sh"

python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$work/tools" 'schemathesis==4.32.5'

start_server

# What it remembers between runs stays in the working folder too.
cd "$work"
# check DOCUMENT ADDRESS [OPTION…]
check() {
    local document=$1 address=$2
    shift 2
    PYTHONPATH="$work/tools" python3 -m schemathesis.cli run "$document" --url "$address" \
        --checks not_a_server_error,content_type_conformance,response_schema_conformance,status_code_conformance \
        --max-examples "$examples" --request-timeout 20 --seed 1 --no-color "$@"
}
post() { curl -sS -d "$2" "$base$1"; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

echo "as a stranger"
check "$base/openapi.json" "$base"

echo "as a user"
id=$(post /auth/v1/verification '{"email":"somebody@example"}' | field verification_id)
for _ in $(seq 100); do grep -q somebody@example "$work/out" && break; sleep 0.1; done
code=$(sed -n 's/.*somebody@example.*code=\([0-9]*\).*/\1/p' "$work/out")
token=$(post /auth/v1/verification/verify "{\"verification_id\":\"$id\",\"verification_code\":\"$code\"}" | field verification_token)
access=$(post /auth/v1/signup "{\"email\":\"somebody@example\",\"verification_token\":\"$token\"}" | field access_token)
# Without the calls that would end the session of the run.
check "$base/openapi.json" "$base" --header "Authorization: Bearer $access" \
    --include-path-regex '^/auth/v1/user/' --exclude-path-regex 'revoke|signout' --exclude-method DELETE

echo "as an operator"
key=$(run_server admin-keys create --name schemathesis --scope users:read --scope users:write)
run_server openapi --admin > "$work/openapi-admin.json"
# Without the import, whose lines of JSON it cannot make.
check "$work/openapi-admin.json" "$admin" --header "Authorization: Bearer $key" --exclude-path-regex import
