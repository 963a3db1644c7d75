#!/usr/bin/env bash
# Lets a Prometheus of Debian's scrape a server, and tries every expression of the board and of the alert rules on it.
# Needs python3 and apt.
set -euo pipefail
. "$(dirname "$0")/server.sh"

# A vendor, a subscriber and a third party that nobody is behind: each of them fails, and is counted.
start_server AUTH__METRICS__OPEN=true AUTH__LIMITS__ENABLED=true AUTH__SMS__COUNTRIES=86 \
    AUTH__WEBHOOKS__CRM__URL=http://127.0.0.1:9/hook \
    AUTH__WEBHOOKS__CRM__SECRETS=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw \
    AUTH__PROVIDERS__GITHUB__KIND=github AUTH__PROVIDERS__GITHUB__ISSUER=http://127.0.0.1:9 \
    AUTH__PROVIDERS__GITHUB__CLIENT_ID=id AUTH__PROVIDERS__GITHUB__CLIENT_SECRET=secret \
    AUTH__PROVIDERS__GITHUB__REDIRECT_URIS=https://app.example.com/back
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/metrics.py" "$root" "$work" "$base" "$admin"
