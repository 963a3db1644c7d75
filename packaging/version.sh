#!/usr/bin/env bash
# Gives everything a new version, and turns what CHANGELOG.md says under "Unreleased" into that version's section, with
# what an upgrade does to the schema.
#
#   version.sh X.Y.Z [YYYY-MM-DD]
set -euo pipefail
cd "$(dirname "$0")/.."
new=${1:?which version?} day=${2:-$(date --utc +%F)}
old=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

fail() { echo "version.sh: $*" >&2; exit 1; }
grep -Eqx '(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?' <<< "$new" || fail "$new is no version such as 1.4.0"
grep -Eqx '[0-9]{4}-[0-9]{2}-[0-9]{2}' <<< "$day" || fail "$day is no day such as 2027-01-31"
! grep -q "^## $new " CHANGELOG.md || fail "$new is released already"

# edit FILE PROGRAM [ARGUMENT…]: replaces a file by what awk makes of it, if that differs.
edit() {
    local file=$1 program=$2
    shift 2
    awk -v old="$old" -v new="$new" "$@" "$program" "$file" > "$file.new"
    mv "$file.new" "$file"
}

# The first line of its kind in each.
edit Cargo.toml '!done && $0 == "version = \"" old "\"" { $0 = "version = \"" new "\""; done = 1 } { print }'
for document in crates/http/openapi.json crates/http/openapi-admin.json; do
    edit "$document" '!done && index($0, "\"version\": \"" old "\"") { sub(/"version": ".*"/, "\"version\": \"" new "\""); done = 1 } { print }'
done
edit compose.yaml '{ if (match($0, /localhost\/auth-server:.*/)) $0 = substr($0, 1, RSTART - 1) "localhost/auth-server:" new; print }'
edit packaging/Containerfile '{ sub(/image\.version="[^"]*"/, "image.version=\"" new "\""); print }'
# Our packages have no source in the locks.
for lock in Cargo.lock examples/acme/Cargo.lock tests/fuzz/Cargo.lock; do
    edit "$lock" '
        /^name = / { ours = /^name = "auth-/ }
        ours && $0 == "version = \"" old "\"" { $0 = "version = \"" new "\""; ours = 0 }
        { print }'
done

# Steps of the schema since the last release, which says up to which step it knows.
known=$(sed -n 's/^- Schema: .*up to `\([0-9]*\)`.*/\1/p' CHANGELOG.md | head -n 1)
steps=() last=$known
for folder in migrations/[0-9]*/; do
    step=$(basename "$folder")
    last=${step%%_*}
    if [[ -n $known && ! $last > $known ]]; then continue; fi
    steps+=("$step")
done
last=$(printf '%s\n' "$known" "$last" | sort | tail -n 1)
if [ -z "$known" ]; then
    schema="- Schema: everything up to \`$last\`."
elif [ "${#steps[@]}" = 0 ]; then
    schema="- Schema: no new step, still up to \`$last\`."
else
    schema="- Schema: up to \`$last\`. \`auth-server migrate\` runs"
    schema+=$(printf ' `%s`,' "${steps[@]}")
    schema="${schema%,}, while the program before this one goes on."
fi
for step in "${steps[@]}"; do
    demand=$(sed -n "s/.*schema_requirements.*VALUES ('[0-9]*', '\([^']*\)').*/\1/p" "migrations/$step/up.sql")
    [ -z "$demand" ] || schema+=$'\n'"- After \`$step\`, programs older than $demand are not ready any more, and do not start."
done

# shellcheck disable=SC2016 # awk's own $0
edit CHANGELOG.md '
    function close_section() { if (open && !told) print "### Upgrading\n\n" schema "\n"; open = 0 }
    /^## Unreleased$/ { print; print ""; print "## " new " - " day; open = 1; told = 0; next }
    /^## / { close_section() }
    open && /^Nothing has been released yet/ { skip = 1 }
    skip { if ($0 == "") skip = 0; next }
    open && /^### Upgrading$/ { print; print ""; print schema; getline; told = 1; next }
    { print; blank = ($0 == "") }
    END { if (open) { if (!blank) print ""; close_section() } }' -v schema="$schema" -v day="$day"
sed -i -e :a -e '/^\n*$/{$d;N;ba' -e '}' CHANGELOG.md
echo "$old is $new now. Read what CHANGELOG.md says about it, then: git commit -am 'Version $new' && git tag v$new"
