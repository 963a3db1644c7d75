#!/usr/bin/env bash
# Signs somebody up by e-mail with what compose.yaml describes, without containers. Needs python3 with pip.
set -euo pipefail
. "$(dirname "$0")/server.sh"

build_server
# The service fetches a PostgreSQL where there is none.
run_server doctor >/dev/null
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$work/python" 'PyYAML==6.0.3'
PYTHONPATH=$work/python PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/tools/compose_sign_up.py" "$binary"
