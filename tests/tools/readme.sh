#!/usr/bin/env bash
# Runs the programs for Node that README.md shows, as a reader would: one receives the text messages of a server, one signs
# up with the code in them, and one checks the token. Needs node 20 with npm.    readme.sh
set -euo pipefail
. "$(dirname "$0")/server.sh"

mkdir "$work/app"
cp "$root/tests/tools/readme/package.json" "$work/app"
(cd "$work/app" && npm install --loglevel=error --ignore-scripts --no-package-lock --no-audit --no-fund >&2)
port=$(free_port)
AUTH__SMS__WEBHOOK__SECRET=whsec_$(head -c 32 /dev/urandom | base64)
export AUTH__SMS__WEBHOOK__SECRET

# program NAME: the block that begins with this name, as a file, with the addresses of this run.
program() {
    awk -v name="// $1" '/^```/ { inside = 0 } inside; $0 == name { inside = 1 }' "$root/README.md" |
        sed -e "s/127.0.0.1:8080/${base#http://}/" -e "s/9000/$port/" > "$work/app/$1"
    [ -s "$work/app/$1" ] || { echo "README.md has no $1" >&2; exit 1; }
}

base=
program text-messages.mjs
node "$work/app/text-messages.mjs" > "$work/texts" &
others=$!

start_server AUTH__CLIENTS__REGISTERED__SHOP__KIND=public \
    AUTH__SMS__KIND=webhook AUTH__SMS__WEBHOOK__URL="http://127.0.0.1:$port"
program sign-up.mjs
program check-token.mjs

code() {
    for _ in $(seq 300); do
        grep -o '[0-9]\{6\}' <(sed 's/^[^:]*://' "$work/texts") && return
        sleep 0.1
    done
    echo "no text message arrived" >&2
    return 1
}
token=$(code | node "$work/app/sign-up.mjs" | tail -n 1)
subject=$(node "$work/app/check-token.mjs" "$token")
echo "README.md: user $subject signed up, and the token was checked"
[[ $subject =~ ^[0-9]{19}$ ]]
