#!/usr/bin/env bash
# Runs account lives through the unmodified SDKs of the hosted service against a server of its own, on a
# private PostgreSQL of its own. Needs node 20 with npm.    sdk.sh
set -euo pipefail
. "$(dirname "$0")/server.sh"

# A copy, because node looks for packages beside the script.
cp -r "$root/tests/tools/sdk" "$work/sdk"
(cd "$work/sdk" && npm install --loglevel=error --ignore-scripts --no-package-lock --no-audit --no-fund >&2)
# The server must know the third party's address before anybody listens there.
port=$(node -e 'const s = net.createServer().listen(0, () => { console.log(s.address().port); s.close(); })')

# From the key follows what the images of the bot gate show.
server_key=$(head -c 32 /dev/urandom | base64)

start_server AUTH__SECRETS__SERVER_KEY="$server_key" AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS=20000 \
    AUTH__CLIENTS__REGISTERED__GATED__KIND=public AUTH__CLIENTS__REGISTERED__GATED__CAPTCHA=always \
    AUTH__PROVIDERS__ACME__KIND=oidc AUTH__PROVIDERS__ACME__CLIENT_ID=sdk \
    AUTH__PROVIDERS__ACME__ISSUER="http://127.0.0.1:$port" \
    AUTH__PROVIDERS__ACME__REDIRECT_URIS=https://app.example.com/signed-in

node "$work/sdk/flows.mjs" "$base" "$work/out" "$port" "$server_key" &
others=$!
status=0
wait "$others" || status=$?
others=
exit "$status"
