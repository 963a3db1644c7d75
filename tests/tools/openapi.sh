#!/usr/bin/env bash
# Validates both OpenAPI documents with two validators, which share no code, and lints them. Needs python3 with pip, and
# node 20 with npm.    openapi.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r "$root/tests/tools/openapi/." "$work"
cd "$work"
npm ci --loglevel=error --ignore-scripts --no-audit --no-fund >&2
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps \
    --target "$work/python" --requirement requirements.txt

documents=("$root/crates/http/openapi.json" "$root/crates/http/openapi-admin.json")
failed=0
echo "openapi-spec-validator"
PYTHONPATH="$work/python" python3 -m openapi_spec_validator --schema 3.1 --validation-errors all "${documents[@]}" ||
    failed=1
echo "@readme/openapi-parser"
node validate.mjs "${documents[@]}" || failed=1
echo "@redocly/cli"
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
    npx --no-install redocly lint --config redocly.yaml "${documents[@]}" || failed=1
exit "$failed"
