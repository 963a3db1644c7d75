//! The commands in the papers, run as a reader would run them.
//!
//! Every ```` ```sh ```` block of every paper is either the program or the tests themselves, or is run here: the
//! blocks of one paper in their order by one bash, in a folder of their own, beside a server with a private PostgreSQL
//! of its own. What is put in for the reader is in [`script`]: the servers' addresses, the codes that a server prints
//! (the lines `CODE=…`), an operator's database (the line `export DATABASE_URL=…`), and the second terminal in which
//! a line `auth-server` runs.

mod script;
mod server;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use auth_tests::TestDatabase;

use self::script::Tools;
use self::server::{Addresses, DATA, Server, is_there, program};
use crate::files::{self, File};
use crate::papers;

#[test]
fn every_command_works() {
    let own = Tools { curl: is_there("curl", "--version"), openssl: is_there("openssl", "version") };
    // The substitute for a tool is tested even if the tool is installed.
    let rounds = BTreeSet::from([own, Tools::default()]);
    let papers = papers::all();
    // Each round mostly waits for processes.
    std::thread::scope(|scope| {
        for paper in papers.iter().filter(|paper| !script::to_run(&paper.text).is_empty()) {
            for tools in &rounds {
                scope.spawn(|| run(paper, *tools));
            }
        }
    });
}

fn run(paper: &File, tools: Tools) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    if paper.path == "README.md" {
        put_settings(&paper.text, folder.path());
    }
    let mut server = Server::start(folder.path());
    let addresses = server.addresses();
    let database = script::needs_a_database(&paper.text).then(TestDatabase::without_schema);
    let ran = bash(&script::of(&paper.text, tools), folder.path(), &server, &addresses, database.as_ref());
    let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let whole = || format!("{}: {}: {said}\n{complained}\n{}", paper.path, ran.status, server.errors());
    assert!(ran.status.success(), "{}", whole());
    assert!(!said.contains("\"error\""), "an answer was a refusal: {}", whole());
    if paper.path == "README.md" {
        assert_eq!(said.matches("\"sub\"").count(), EXPECTED_SUBJECTS, "not everybody signed up: {}", whole());
    }
    server.stop();
}

/// Puts the settings that a paper shows where the reader is to put them. A server does not start with unknown ones.
fn put_settings(text: &str, folder: &Path) {
    let blocks = papers::blocks(text).into_iter().filter(|block| block.language == "toml");
    let settings: Vec<String> = blocks.map(|block| block.lines.join("\n")).collect();
    assert!(settings.iter().any(|block| block.contains("[clients.registered.shop]")), "a client is registered");
    std::fs::create_dir(folder.join("config")).expect("a new folder");
    std::fs::write(folder.join("config/local.toml"), settings.join("\n\n")).expect("a new file");
}

/// The reader mistypes each code. The refusal is shown, and nothing is said of what would have come after it.
#[test]
fn a_wrong_code_is_shown_as_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let mut server = Server::start(folder.path());
    let addresses = server.addresses();
    let tools = Tools { curl: is_there("curl", "--version"), openssl: true };
    let commands =
        script::of(&files::read("README.md"), tools).replace("\nnext_code\n", "\nnext_code; CODE=${CODE%?}x\n");
    let ran = bash(&commands, folder.path(), &server, &addresses, None);
    server.stop();
    let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert_eq!(complained.matches("no verification_token: {\"error\":\"invalid_argument\"").count(), 2, "{complained}");
    assert!(!complained.contains("is required") && said.is_empty(), "{said}\n{complained}");
}

/// Two people sign up and look at themselves, so four answers name a user.
const EXPECTED_SUBJECTS: usize = 4;

fn bash(
    script: &str,
    folder: &Path,
    server: &Server,
    addresses: &Addresses,
    database: Option<&TestDatabase>,
) -> Output {
    let programs = program().parent().expect("in a folder").to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path)));
    let bash = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", path.expect("folders"))
        .env_remove("DATABASE_URL")
        .env("AUTH_PROFILE", "local")
        .env("AUTH__DATABASE__DATA_DIR", folder.join(DATA))
        .env("SERVER_OUTPUT", server.output())
        .env("PUBLIC", &addresses.public)
        .env("ADMIN", &addresses.admin)
        .env("OPERATORS_DATABASE", database.map_or("", TestDatabase::url))
        .output();
    bash.expect("bash runs")
}

#[test]
fn the_list_of_sub_commands_is_that_of_the_program() {
    let help = |words: &[&str]| {
        let asked = Command::new(program()).args(words).arg("--help").output().expect("the program runs");
        assert!(asked.status.success(), "auth-server {}: {asked:?}", words.join(" "));
        String::from_utf8_lossy(&asked.stdout).into_owned()
    };
    let paper = files::read("docs/operation/README.md");
    let cells = papers::rows(&paper).filter_map(|(cell, _)| cell.strip_prefix("auth-server"));
    let listed: Vec<Vec<&str>> = cells.map(|cell| cell.split_whitespace().collect()).collect();
    listed.iter().for_each(|words| drop(help(words)));
    let whole = help(&[]);
    let commands = whole.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"migrate"), "the program lists its commands: {whole}");
    let missing = names.into_iter().filter(|name| !["help", "serve"].contains(name));
    let missing = missing.filter(|name| listed.iter().all(|words| words.first() != Some(name)));
    files::expect_none("not in docs/operation/README.md:", missing.map(str::to_owned));
}

#[test]
fn the_main_jobs_are_one_command_each() {
    let readme = files::read("README.md");
    let blocks = papers::blocks(&readme);
    assert!(blocks.iter().any(|block| block.lines == ["cargo run"]), "the main job is one command");
    assert!(blocks.iter().any(|block| block.lines == ["cargo test"]), "the tests are one command");
    assert!(script::to_run(&readme).len() >= 6, "the sign-ups are there");
}

/// They are not run here, because that would build the example once more.
#[test]
fn just_acme_covers_every_command_on_the_worked_example() {
    let whole = "cargo test --locked --manifest-path examples/acme/Cargo.toml";
    assert!(files::read("justfile").lines().any(|line| line.trim().ends_with(whole)), "just acme runs all tests");
    let papers = papers::all();
    let blocks = papers.iter().flat_map(|paper| papers::blocks(&paper.text)).filter(|block| block.language == "sh");
    let lines: Vec<&str> = blocks.flat_map(|block| block.lines).collect();
    let arguments: Vec<&str> = lines.into_iter().filter_map(script::of_the_example).collect();
    assert!(arguments.len() > 1, "docs/extending.md has some: {arguments:?}");
    let manifests = files::below("examples/acme");
    let is_package = |name: &str| manifests.iter().any(|file| file.text.contains(&format!("\nname = \"{name}\"\n")));
    let tried = files::read("examples/acme/server/tests/program.rs");
    let unknown = arguments.into_iter().filter(|arguments| match arguments.split_once(' ') {
        Some(("-p", package)) => !is_package(package),
        Some(("--", command)) => !tried.contains(&format!("acme(&[\"{command}\"]")),
        _ => !arguments.is_empty(),
    });
    files::expect_none("not covered by just acme:", unknown.map(str::to_owned));
}

#[test]
fn every_block_is_of_a_known_sort() {
    // Blocks of text and toml are neither run nor compiled; they show output, settings or diagrams. SQL is held against the
    // schema by the tests of crates/postgres.
    let known = ["sh", "rust", "json", "text", "toml", "js", "sql"];
    let is_known = |language: &str| known.contains(&language) || language.starts_with("sh ");
    let papers = papers::all();
    let unknown = papers.iter().flat_map(|paper| {
        let blocks = papers::blocks(&paper.text).into_iter().filter(|block| !is_known(block.language));
        blocks.map(|block| format!("{}: {:?}: {:?}", paper.path, block.language, block.lines.first()))
    });
    files::expect_none("blocks of a sort that nothing checks:", unknown);
}

#[test]
fn just_sdk_runs_every_program_for_node() {
    let programs = files::read("tests/tools/readme.sh");
    let papers = papers::all();
    let not_run = papers.iter().flat_map(|paper| {
        let blocks = papers::blocks(&paper.text).into_iter().filter(|block| block.language == "js");
        let names =
            blocks.map(|block| block.lines.first().map_or("", |line| line.trim_start_matches("// ")).to_owned());
        let not_run = names.filter(|name| paper.path != "README.md" || !programs.contains(&format!(" {name}")));
        not_run.map(|name| format!("{}: {name:?}", paper.path)).collect::<Vec<_>>()
    });
    files::expect_none("programs that tests/tools/readme.sh does not run:", not_run);
}

/// Commands of another sort than `sh` need what is not on this machine: a release, root, containers.
#[test]
fn just_release_try_runs_every_command_of_an_installation() {
    let script = files::read("packaging/try.sh");
    let lines = script.lines().filter(|line| !line.starts_with('#'));
    let named = lines.filter_map(|line| Some(line.split_once("commands ")?.1));
    let run: BTreeSet<&str> = named.flat_map(|sorts| sorts.split([' ', ')'])).collect();
    let papers = papers::all();
    let not_run = papers.iter().flat_map(|paper| {
        let sorts = papers::blocks(&paper.text).into_iter().filter_map(|block| block.language.strip_prefix("sh "));
        let not_run = sorts.filter(|sort| paper.path != "docs/operation/install.md" || !run.contains(sort));
        not_run.map(|sort| format!("{}: {sort}", paper.path)).collect::<Vec<_>>()
    });
    files::expect_none("commands that packaging/try.sh does not run:", not_run);
}

#[test]
fn every_document_is_json() {
    let papers = papers::all();
    let broken = papers.iter().flat_map(|paper| {
        let blocks = papers::blocks(&paper.text).into_iter().filter(|block| block.language == "json");
        let parsed = blocks.map(|block| serde_json::from_str::<serde_json::Value>(&block.lines.join("\n")));
        parsed.filter_map(Result::err).map(|error| format!("{}: {error}", paper.path)).collect::<Vec<_>>()
    });
    files::expect_none("blocks that are no JSON:", broken);
}

#[test]
fn every_piece_of_code_is_taken_from_a_file_that_is_compiled() {
    let compiled = files::rust();
    let papers = papers::all();
    let invented = papers.iter().flat_map(|paper| {
        let blocks = papers::blocks(&paper.text).into_iter().filter(|block| block.language == "rust");
        let invented = blocks.filter(|block| !compiled.iter().any(|file| is_taken_from(&block.lines, &file.text)));
        invented.map(|block| format!("{}: {:?}", paper.path, block.lines.first()))
    });
    files::expect_none("code that is in no Rust file, line by line and in this order:", invented);
}

/// Lines of the file may be left out, and indentation does not matter.
fn is_taken_from(block: &[&str], file: &str) -> bool {
    let mut lines = file.lines().map(str::trim);
    block.iter().map(|line| line.trim()).all(|wanted| lines.any(|line| line == wanted))
}

#[test]
fn code_is_compared_line_by_line() {
    let file = "use a;\nuse b;\n\nmod x {\n    fn f() {}\n}\n";
    assert!(is_taken_from(&["use a;", "", "fn f() {}"], file));
    assert!(!is_taken_from(&["fn f() {}", "use a;"], file));
    assert!(!is_taken_from(&["fn g() {}"], file));
}
