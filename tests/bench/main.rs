//! `just bench`: what requests cost, compared with the best that the machine can do in the same minute.
//!
//! On a shared machine absolute numbers mean little, but ratios do: PostgreSQL alone runs the same
//! statements under pgbench, and Argon2id alone fills all cores, before and after what they are
//! compared with, or in turns with it. The bench fails if a bar is missed. `just bench sign_up refresh` runs
//! only some sections; `just compare REV` compares the servers of two commits instead, `just compare REV traces` those of
//! which the newer one traces, and `just growth` measures with many millions of users.

#![expect(clippy::disallowed_methods, reason = "measures time and starts programs")]

mod arrive;
mod ceilings;
mod codes;
mod compare;
mod crowds;
mod database;
mod events;
mod flood;
mod flows;
mod growth;
mod import;
mod load;
mod mailbox;
mod millions;
mod overload;
mod passwords;
mod pgbench;
mod processes;
mod receiver;
mod refreshes;
mod report;
mod server;
mod sign_ups;
mod sweep;
mod user_me;

use std::path::Path;
use std::process::ExitCode;

use report::Report;
use server::Server;

/// Anything that prevents a measurement.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    // `cargo test --all-targets` runs this, too, but a bench is not a test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let measured = match compare::asked() {
        Some(asked) => compare::measure(&asked),
        None => measure(),
    };
    match measured {
        Ok(report) => report.print(),
        Err(failure) => {
            report::say(&format!("cannot measure: {failure}"));
            ExitCode::FAILURE
        }
    }
}

const SECTIONS: [&str; 12] = [
    "sign_up", "flow", "events", "refresh", "user_me", "password", "arrive", "flood", "sweep", "import", "growth",
    "crowds",
];

/// The section of `just growth`, which runs only if it is named.
const MILLIONS: &str = "millions";

/// The sections named on the command line. The other arguments are Cargo's.
fn named() -> impl Iterator<Item = String> {
    std::env::args().skip(1).filter(|argument| !argument.starts_with('-'))
}

/// Whether a section is to run: if none is named, all are.
fn wanted(section: &str) -> bool {
    let mut named = named().peekable();
    named.peek().is_none() || named.any(|name| name == section)
}

/// A section that starts servers of its own.
type Section = fn(&Path, &Path, &mut Report) -> Result<(), Failure>;

/// Measures one section and nothing else.
fn alone(section: Section) -> Result<Report, Failure> {
    let folder = tempfile::Builder::new().prefix("auth-bench-").tempdir()?;
    let mut report = Report::default();
    section(&server::build()?, folder.path(), &mut report)?;
    Ok(report)
}

fn measure() -> Result<Report, Failure> {
    if named().any(|name| name == MILLIONS) {
        return alone(millions::measure);
    }
    if let Some(unknown) = named().find(|name| !SECTIONS.contains(&name.as_str())) {
        return Err(format!("no section {unknown:?}; there are {}", SECTIONS.join(", ")).into());
    }
    let folder = tempfile::Builder::new().prefix("auth-bench-").tempdir()?;
    let binary = server::build()?;
    let database = database::Database::start(folder.path())?;
    let server = Server::start(&binary, folder.path(), &database.url())?;
    let mut report = Report::default();
    report.at_most("resident memory, idle", server.resident_mebibytes()?, 25.0, "MiB");
    let users = 0..refreshes::users_needed() + 1_000;
    database.insert_users(users.clone(), &passwords::stored_hash())?;
    if wanted("sign_up") {
        sign_ups::measure(&server, &database, &mut report)?;
        sign_ups::race(&server, &database, &mut report)?;
    }
    if wanted("flow") {
        flows::measure(&server, &database, &binary, folder.path(), &mut report)?;
    }
    if wanted("events") {
        events::measure(&server, &database, &binary, folder.path(), &mut report)?;
    }
    if wanted("refresh") {
        refreshes::measure(&server, &database, users.start..users.end - 1_000, &mut report)?;
        refreshes::race(&server, users.end - 1_000, &mut report)?;
    }
    if wanted("user_me") {
        user_me::measure(&server, users.end - 500..users.end, &mut report)?;
    }
    if wanted("password") {
        passwords::measure_sign_ups(&server, &database, &mut report)?;
        passwords::measure_sign_ins(&server, users.end, &mut report)?;
        overload::measure(&binary, folder.path(), &mut report)?;
    }
    report.at_most("resident memory, at the end", server.resident_mebibytes()?, 80.0, "MiB");
    server.stop()?;
    let alone: [(&str, Section); 6] = [
        ("arrive", arrive::measure),
        ("flood", flood::measure),
        ("sweep", sweep::measure),
        ("import", import::measure),
        ("growth", growth::measure),
        ("crowds", crowds::measure),
    ];
    for (_, measure) in alone.iter().filter(|(section, _)| wanted(section)) {
        measure(&binary, folder.path(), &mut report)?;
    }
    Ok(report)
}
