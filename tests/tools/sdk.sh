#!/usr/bin/env bash
# Runs account lives, and the documented quick start on Node and in Chromium, through the unmodified SDKs of the hosted
# service against a server of its own, on a private PostgreSQL of its own. Needs node 20 with npm, and Chromium.    sdk.sh
# CHROMIUM names its program, if that is not `chromium`.
set -euo pipefail
. "$(dirname "$0")/server.sh"

# A copy, because node looks for packages beside the script.
cp -r "$root/tests/tools/sdk" "$work/sdk"
(cd "$work/sdk" && npm install --loglevel=error --ignore-scripts --no-package-lock --no-audit --no-fund >&2)
chromium=${CHROMIUM:-chromium}
command -v "$chromium" >/dev/null || { echo "there is no $chromium: install Chromium, or set CHROMIUM" >&2; exit 1; }
# The server must know the third party's address before anybody listens there.
port=$(free_port)

# From the key follows what the images of the bot gate show.
server_key=$(head -c 32 /dev/urandom | base64)

# For the server and for the commands beside it.
export AUTH__CLIENTS__REGISTERED__QUICKSTART__KIND=public

start_server AUTH__SECRETS__SERVER_KEY="$server_key" AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS=20000 \
    AUTH__CLIENTS__REGISTERED__GATED__KIND=public AUTH__CLIENTS__REGISTERED__GATED__CAPTCHA=always \
    AUTH__PROVIDERS__ACME__KIND=oidc AUTH__PROVIDERS__ACME__CLIENT_ID=sdk \
    AUTH__PROVIDERS__ACME__ISSUER="http://127.0.0.1:$port" \
    AUTH__PROVIDERS__ACME__REDIRECT_URIS=https://app.example.com/signed-in

access_key=$(run_server clients keys create quickstart)

# run_node PROGRAM [ARGUMENT…]: ended with the script.
run_node() {
    local status=0
    node "$@" &
    others=$!
    wait "$others" || status=$?
    others=
    return "$status"
}
status=0
run_node "$work/sdk/flows.mjs" "$base" "$work/out" "$port" "$server_key" || status=$?
run_node "$work/sdk/quickstart.mjs" "$base" "$work/out" quickstart "$access_key" "$chromium" || status=$?
exit "$status"
