//! The commands of a paper as one bash script.

use crate::papers::{self, Block};

/// Commands that other tests cover: the program itself, and the tests. CI runs `just acme`.
const ELSEWHERE: [&str; 3] = ["cargo run", "cargo test", "just acme"];
/// The same of the worked example, which `just acme` covers: it runs all tests, and these run the program.
const OF_THE_EXAMPLE: [&str; 2] =
    ["cargo run --manifest-path examples/acme/Cargo.toml", "cargo test --manifest-path examples/acme/Cargo.toml"];

pub(super) fn runs_elsewhere(block: &Block<'_>) -> bool {
    block.lines.iter().all(|line| ELSEWHERE.contains(line) || of_the_example(line).is_some())
}

/// Returns the arguments of a command on the worked example.
pub(super) fn of_the_example(line: &str) -> Option<&str> {
    OF_THE_EXAMPLE.iter().find_map(|command| line.strip_prefix(command)).map(str::trim)
}

/// Returns the blocks of a paper that are commands to run here.
pub(super) fn to_run(text: &str) -> Vec<Block<'_>> {
    papers::blocks(text).into_iter().filter(|block| block.language == "sh" && !runs_elsewhere(block)).collect()
}

/// What the reader does: reads codes as they come, runs the program that was built, and starts it in a second
/// terminal.
const READER: &str = r#"
set -euo pipefail
seen=$(grep -c code= "$SERVER_OUTPUT" || true)
next_code() {
    for _ in $(seq 3000); do
        codes=$(sed -n 's/.*code=\([0-9]\{6\}\).*/\1/p' "$SERVER_OUTPUT")
        count=$(printf '%s\n' "$codes" | grep -c . || true)
        if [ "$count" -gt "$seen" ]; then seen=$count; CODE=$(printf '%s\n' "$codes" | tail -n 1); return; fi
        sleep 0.02
    done
    echo "the server printed no code" >&2
    exit 1
}
cargo() {
    if [ "$1 $2 $3" != "run --quiet --" ]; then echo "cargo's stand-in does not know $*" >&2; return 2; fi
    shift 3
    auth-server "$@"
}
serve() {
    AUTH__HTTP__LISTEN=127.0.0.1:0 AUTH__ADMIN__LISTEN=127.0.0.1:0 AUTH__HTTP__DRAIN_SECONDS=0 auth-server > served 2> served-errors &
    served=$!
    trap 'kill $served; wait $served' EXIT
    for _ in $(seq 3000); do
        # Printed in the other order: whoever sees the second line finds the first.
        ADMIN=$(sed -n 's/^admin listening on //p' served)
        PUBLIC=$(sed -n 's/^listening on //p' served)
        if [ -n "$ADMIN" ]; then return; fi
        if ! kill -0 $served; then break; fi
        sleep 0.02
    done
    echo "the second server does not answer: $(cat served-errors)" >&2
    exit 1
}
"#;

/// For a machine without curl: the part of it that the papers use, over bash's own sockets.
const CURL: &str = r#"
curl() {
    local headers="" body="" url="" method="" host path line
    while [ $# -gt 0 ]; do
        case $1 in
            -sS) ;;
            -X) method=$2; shift ;;
            -H) headers="$headers$2"$'\r\n'; shift ;;
            -d) body=$2; method=${method:-POST}; shift ;;
            http://*) url=${1#http://} ;;
            *) echo "curl's stand-in does not know $1" >&2; return 2 ;;
        esac
        shift
    done
    host=${url%%/*} path=/${url#*/}
    exec 9<> "/dev/tcp/${host%:*}/${host##*:}"
    printf '%s %s HTTP/1.0\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s' \
        "${method:-GET}" "$path" "$host" "$headers" "$(printf %s "$body" | wc -c)" "$body" >&9
    while IFS= read -r line <&9 && [ "$line" != $'\r' ]; do :; done
    cat <&9
    exec 9>&-
}
"#;

/// For a machine without openssl: random bytes from the same source.
const OPENSSL: &str = r#"
openssl() {
    if [ "$*" != "rand -base64 32" ]; then echo "openssl's stand-in does not know $*" >&2; return 2; fi
    head -c 32 /dev/urandom | base64
}
"#;

/// Whether the machine's own tools are used, or substitutes for them.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tools {
    pub(super) curl: bool,
    pub(super) openssl: bool,
}

/// Inserts what the reader would: addresses, codes, and an operator's database.
fn as_run(line: &str) -> String {
    match line {
        "auth-server" => "serve".to_owned(),
        line if line.starts_with("CODE=") => "next_code".to_owned(),
        line if line.starts_with("export DATABASE_URL=") => "export DATABASE_URL=$OPERATORS_DATABASE".to_owned(),
        line => line.replace("http://127.0.0.1:8080", "$PUBLIC").replace("http://127.0.0.1:8081", "$ADMIN"),
    }
}

pub(super) fn of(text: &str, tools: Tools) -> String {
    let lines = to_run(text).into_iter().flat_map(|block| block.lines).map(as_run);
    let curl = if tools.curl { "" } else { CURL };
    let openssl = if tools.openssl { "" } else { OPENSSL };
    format!("{READER}{curl}{openssl}{}\n", lines.collect::<Vec<_>>().join("\n"))
}

/// Whether the commands of a paper are for an operator with a database.
pub(super) fn needs_a_database(text: &str) -> bool {
    to_run(text).iter().flat_map(|block| &block.lines).any(|line| line.starts_with("export DATABASE_URL="))
}
