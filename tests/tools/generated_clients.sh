#!/usr/bin/env bash
# Generates clients in two languages from the OpenAPI documents of a server of its own, on a private PostgreSQL of its
# own, and signs somebody up by e-mail with each. Needs python3 with pip, and node 20 with npm.    generated_clients.sh
set -euo pipefail
. "$(dirname "$0")/server.sh"

cp -r "$root/tests/tools/clients" "$work/clients"
cd "$work/clients"
npm ci --loglevel=error --ignore-scripts --no-audit --no-fund >&2
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps \
    --target "$work/python" --requirement requirements.txt
export PYTHONPATH=$work/python

start_server
key=$(run_server admin-keys create --name clients --scope users:read)

# python_client DOCUMENT PACKAGE: the generator warns of what it has to leave out, which fails.
python_client() {
    python3 -m openapi_python_client generate --url "$1" --output-path "$2" --meta none --config python.yaml \
        --fail-on-warning
}
python_client "$base/openapi.json" auth_client
python_client "$admin/openapi.json" admin_client
python3 sign_up.py "$base" "$work/out" "$admin" "$key"

npx --no-install openapi-typescript "$base/openapi.json" --output auth.d.ts
npx --no-install openapi-typescript "$admin/openapi.json" --output admin.d.ts
# The types that were generated are checked too.
npx --no-install tsc
node sign_up.js "$base" "$work/out" "$admin" "$key"
