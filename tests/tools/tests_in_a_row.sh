#!/usr/bin/env bash
# Runs every test again and again on a machine that is kept busy, to find the tests that fail once in a while. Keeps the
# output of the rounds that fail.    tests_in_a_row.sh [ROUNDS] [BUSY]
#
# BUSY is the number of processes that do nothing but take time from the tests; by default one for each core.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-20}
busy=${2:-$(nproc)}
kept=$(mktemp -d)
load=
trap '[ -z "$load" ] || kill $load' EXIT

cargo test --no-run --quiet
for _ in $(seq "$busy"); do
    (while :; do :; done) &
    load="$load $!"
done

failures=0
for round in $(seq "$rounds"); do
    start=$SECONDS
    outcome=ok
    cargo test --no-fail-fast >"$kept/round.$round" 2>&1 || { outcome=FAILED; failures=$((failures + 1)); }
    awk -v round="$round" -v seconds=$((SECONDS - start)) -v outcome="$outcome" '
        /^test result:/ { binaries++; passed += $4; failed += $6; ignored += $8 }
        END { printf "round %d: %s, %d binaries, %d passed, %d failed, %d ignored, %d s\n",
              round, outcome, binaries, passed, failed, ignored, seconds }' "$kept/round.$round"
    if [ "$outcome" = ok ]; then
        rm "$kept/round.$round"
    else
        grep -E '^test .* FAILED$' "$kept/round.$round" || tail -n 5 "$kept/round.$round"
    fi
done
echo "$rounds rounds of every test, with $busy busy processes: $failures failed (kept in $kept)"
[ "$failures" = 0 ]
