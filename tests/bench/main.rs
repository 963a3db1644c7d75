//! `just bench`: what a sign-up costs, beside what the machine could do at best in the same minute.
//!
//! Absolute numbers mean little on a shared machine, ratios do: PostgreSQL alone runs the same
//! statements under pgbench, and Argon2id alone fills all cores, before and after what they are
//! compared with. Ends with a failure when a bar is missed.

#![expect(clippy::disallowed_methods, reason = "measures time and starts programs")]

mod database;
mod import;
mod load;
mod passwords;
mod pgbench;
mod processes;
mod report;
mod server;
mod sign_ups;

use std::process::ExitCode;

use report::Report;
use server::Server;

/// Anything that keeps us from measuring.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    // `cargo test --all-targets` runs this too; a bench is no test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    match measure() {
        Ok(report) => report.print(),
        Err(failure) => {
            report::say(&format!("cannot measure: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<Report, Failure> {
    let folder = tempfile::Builder::new().prefix("auth-bench-").tempdir()?;
    let binary = server::build()?;
    let database = database::Database::start(folder.path())?;
    let server = Server::start(&binary, folder.path(), &database.url())?;
    let mut report = Report::default();
    report.at_most("resident memory, idle", server.resident_mebibytes()?, 40.0, "MiB");
    sign_ups::measure(&server, &database, &mut report)?;
    passwords::measure(&server, &database, &mut report)?;
    sign_ups::race(&server, &database, &mut report)?;
    report.at_most("resident memory, at the end", server.resident_mebibytes()?, 80.0, "MiB");
    server.stop()?;
    import::measure(&binary, folder.path(), &mut report)?;
    Ok(report)
}
