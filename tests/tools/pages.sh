#!/usr/bin/env bash
# Drives the pages in Chromium against a server of its own: the first page, the documentation, examples/web and the
# console. Screenshots go to target/pages. Needs node 20 with npm, and Chromium.    pages.sh [NAMES…]
# CHROMIUM names its program, if that is not `chromium`.
set -euo pipefail
. "$(dirname "$0")/server.sh"

chromium=${CHROMIUM:-chromium}
command -v "$chromium" >/dev/null || { echo "there is no $chromium: install Chromium, or set CHROMIUM" >&2; exit 1; }
cp -r "$root/tests/tools/pages" "$work/pages"
mkdir "$work/web"
cp "$root"/examples/web/*.* "$work/web"
(cd "$work/web" && npm install --loglevel=error --ignore-scripts --no-package-lock --no-audit --no-fund >&2)

# tried_at: waits until the server has said where its first page is.
tried_at() {
    for _ in $(seq 50); do ! grep -qx "try it at $base/" "$work/out" || return 0; sleep 0.1; done
    echo "the address of the first page is not printed" >&2
    exit 1
}

# One that asks everybody to pass the bot gate, and is content with little computing.
start_server AUTH__DATABASE__DATA_DIR="$work/gated" AUTH__CAPTCHA__MODE=always AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS=5000 \
    AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS_UNDER_LOAD=5000
tried_at
gated=$base
others=$server

# One where limits are as everybody has them.
start_server AUTH__DATABASE__DATA_DIR="$work/limited" AUTH__LIMITS__ENABLED=true
limited=$base limited_admin=$admin
limited_key=$(env -u DATABASE_URL AUTH_PROFILE=local AUTH__DATABASE__DATA_DIR="$work/limited" \
    "$binary" admin-keys create --name limited --scope users:read --scope metrics:read)
others="$others $server"

# The server must know these addresses before anybody listens there; the first page is where the third party sends people.
port=$(free_port)
public=$(free_port)
# Nobody takes events, which are tried once.
nobody=$(free_port)
AUTH__WEBHOOKS__CRM__SECRETS=whsec_$(head -c 32 /dev/urandom | base64)
export AUTH__WEBHOOKS__CRM__SECRETS AUTH__WEBHOOKS__CRM__URL="http://127.0.0.1:$nobody" AUTH__EVENTS__RETRY_AFTER_SECONDS=
start_server AUTH__HTTP__LISTEN="127.0.0.1:$public" AUTH__PROVIDERS__ACME__KIND=oidc AUTH__PROVIDERS__ACME__CLIENT_ID=pages \
    AUTH__PROVIDERS__ACME__ISSUER="http://127.0.0.1:$port" AUTH__PROVIDERS__ACME__REDIRECT_URIS="http://127.0.0.1:$public/"
tried_at

scopes=(--scope users:read --scope users:write --scope events:write)
if run_server admin-keys create --help | grep -q metrics:read; then scopes+=(--scope metrics:read); fi
key=$(run_server admin-keys create --name pages "${scopes[@]}")
reading_key=$(run_server admin-keys create --name reading --scope users:read)

status=0
node "$work/pages/run.mjs" "$chromium" "$base" "$admin" "$gated" "$work" "$port" "$key" "$reading_key" \
    "$limited" "$limited_admin" "$limited_key" "$@" || status=$?
mkdir -p "$root/target/pages"
cp "$work"/shots/*.png "$root/target/pages/" 2>/dev/null || true
exit "$status"
