//! Every use case has a table of tests that covers every refusal.

use crate::files::{self, File, expect_none, has_word};

const SOURCE: &str = "crates/application/src/";
const TESTS: &str = "crates/application/tests/use_cases/";

/// Files of the rooms that are not use cases of their own, and why.
const PARTS: &[(&str, &str)] = &[
    ("account/conversion", "what the changes in account/editor ask about anonymous users"),
    ("account/editor", "what every change to an account has in common"),
    ("admin/initial_password", "draws passwords for making users and for setting theirs"),
    ("admin/login_names", "reads login names for making and importing users"),
    ("admin/operator", "who calls"),
    ("admin/user_profile", "reads profiles for making and importing users"),
    ("captcha/load", "counts for the use case that poses puzzles"),
    ("events/forgotten", "the part of the worker in deliver that clears up after subscribers that are gone"),
    ("events/line", "one subscriber's part of the worker in deliver"),
    ("events/signal", "wakes the worker in deliver"),
    ("events/turn", "one user's part of the worker in deliver"),
    ("events/worker", "what the parts of the worker in deliver share"),
    ("events/hastening", "the part of the worker in deliver that looks for what a clock put off"),
    ("upkeep/draining", "says that the server is about to stop; readiness asks it"),
    ("provider/flow", "ties the exchange to the address that began it"),
    ("sign_up/refusal", "the refusals of the use case beside it, whose table the room's are"),
    ("sign_up/request", "reads what the use case beside it carries out"),
    ("verification/breaker", "decides for the worker in deliver_messages which lanes are left alone"),
    ("verification/channel_places", "decides for the worker in deliver_messages who may be on the way"),
    ("verification/delivery", "one attempt of the worker in deliver_messages"),
    ("verification/pauses", "how long the worker of deliver_messages waits after an attempt"),
    ("verification/handover", "the way from the use case in send_code to the worker in deliver_messages"),
    ("verification/places", "what the use case in send_code and the worker in deliver_messages take places of"),
    ("verification/removals", "removes what the worker in deliver_messages delivered"),
    ("verification/send_budget", "what the use case in send_code counts messages by"),
    ("verification/notice_budget", "what the worker in deliver_messages counts notices by"),
];

/// A file of a room, such as `account/set_password`.
struct Place {
    name: String,
    file: File,
}

fn place(file: File) -> Option<Place> {
    let name = file.path.strip_prefix(SOURCE)?.strip_suffix(".rs")?.to_owned();
    let (room, rest) = name.split_once('/')?;
    (room != "kit" && rest != "mod").then_some(Place { name, file })
}

fn places() -> Vec<Place> {
    files::below(SOURCE).into_iter().filter_map(place).collect()
}

fn use_cases() -> impl Iterator<Item = Place> {
    places().into_iter().filter(|place| !PARTS.iter().any(|(part, _)| *part == place.name))
}

/// Returns the text of a use case's table: the file, or the folder, of its name.
fn table(tests: &[File], name: &str) -> String {
    let (file, folder) = (format!("{TESTS}{name}.rs"), format!("{TESTS}{name}/"));
    let texts = tests.iter().filter(|test| test.path == file || test.path.starts_with(&folder));
    texts.map(|test| test.text.as_str()).collect()
}

#[test]
fn every_use_case_has_a_table() {
    let tests = files::below(TESTS);
    let bare = use_cases().filter(|use_case| table(&tests, &use_case.name).is_empty());
    expect_none("use cases without a file of their name in tests/use_cases:", bare.map(|use_case| use_case.file.path));
}

#[test]
fn what_is_listed_is_there() {
    let places = places();
    let gone = PARTS.iter().filter(|(part, _)| !places.iter().any(|place| place.name == *part));
    expect_none("listed, but not there:", gone.map(|(part, _)| (*part).to_owned()));
}

#[test]
fn every_refusal_is_in_the_table() {
    let tests = files::below(TESTS);
    let untold = |use_case: Place| {
        let table = table(&tests, use_case.name.strip_suffix("/refusal").unwrap_or(&use_case.name));
        let unknown = refusals(&use_case.file.text).into_iter().filter(move |refusal| !has_word(&table, refusal));
        unknown.map(|refusal| format!("{}: {refusal}", use_case.name)).collect::<Vec<_>>()
    };
    let apart = places().into_iter().filter(|place| place.name.ends_with("/refusal"));
    expect_none("refusals that no row of the table expects:", use_cases().chain(apart).flat_map(untold));
}

/// Returns the variants of the enums of refusals in a file.
fn refusals(source: &str) -> Vec<String> {
    let enums = source.split("\npub enum ").skip(1);
    let enums = enums.filter(|text| text.split([' ', '\n']).next().is_some_and(|name| name.ends_with("Refusal")));
    let bodies = enums.map(|text| text.split("\n}").next().unwrap_or_default());
    bodies.flat_map(|body| body.lines().skip(1).filter_map(variant)).collect()
}

/// Returns the variant that a line begins; variants are indented once.
fn variant(line: &str) -> Option<String> {
    let line = line.strip_prefix("    ").filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))?;
    line.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned)
}

#[test]
fn variants_of_refusals_are_read() {
    let source = "
/// Why not.
#[derive(Debug, Error)]
pub enum SomeRefusal {
    /// Somebody has it.
    #[error(\"{0} is taken\")]
    Taken(IdentifierKind),
    /// Why.
    #[error(\"{problem}\")]
    Token {
        /// Why.
        problem: Problem,
    },
    /// Off.
    Off,
}

pub enum Other {
    Thing,
}
";
    assert_eq!(refusals(source), ["Taken", "Token", "Off"]);
}

#[test]
fn use_cases_are_made_by_the_world_only() {
    let made = places().into_iter().flat_map(|place| constructed(&place.file.text));
    let constructors: Vec<String> = made.map(|name| format!("{name}::new")).collect();
    let tests = files::below(TESTS).into_iter().filter(|test| !test.path.starts_with(&format!("{TESTS}world/")));
    let calls = tests.flat_map(|test| {
        let lines = test.lines().filter(|(_, line)| constructors.iter().any(|call| has_word(line, call)));
        lines.map(|(number, line)| format!("{}:{number}: {}", test.path, line.trim())).collect::<Vec<_>>()
    });
    expect_none("constructors of use cases, called outside of tests/use_cases/world:", calls);
}

/// Returns the types of a file that have a public constructor.
fn constructed(source: &str) -> Vec<String> {
    let blocks = source.split("\nimpl ").skip(1);
    let blocks = blocks.filter(|block| block.split("\n}").next().is_some_and(|block| block.contains("pub fn new(")));
    blocks.filter_map(|block| block.split([' ', '<', '\n']).next().map(str::to_owned)).collect()
}

#[test]
fn constructors_are_found() {
    let source = "\nimpl SignUp {\n    pub fn new(\n}\n\nimpl Other {\n    pub(super) fn new(\n}\n";
    assert_eq!(constructed(source), ["SignUp"]);
    assert!(has_word("let sign_up = SignUp::new(ports)", "SignUp::new"));
}
