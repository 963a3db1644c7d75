//! The sub-command `doctor`.

use std::process::ExitCode;

use auth_settings::Environment;
use clap::Args;

use crate::doctor::{examine, read_all};
use crate::{Server, StartFailure, World, logging};

/// The exit status if there are warnings, nothing is wrong, and monitoring wants to know.
const WARNINGS: u8 = 3;

/// Report everything that is wrong with this installation, and what to do about it.
///
/// Exit status: 0 if nothing is wrong, 1 if something is, and with --strict 3 if there are warnings only.
#[derive(Args)]
pub(super) struct DoctorArguments {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Exit with status 3 if there are warnings and nothing is wrong.
    #[arg(long)]
    strict: bool,
    /// Send a message with a code that opens nothing to this e-mail address or phone number.
    #[arg(long, value_name = "ADDRESS")]
    send_test: Option<String>,
}

/// Looks at everything.
pub(super) fn run(server: &Server, arguments: &DoctorArguments) -> Result<ExitCode, StartFailure> {
    let (before, configuration) = read_all(server, Environment::from_process(), &World::of_this_machine());
    let report = match &configuration {
        None => before,
        Some(configuration) => {
            logging::start(&configuration.settings);
            examine(configuration, arguments.send_test.as_deref()).after(before)
        }
    };
    let mut out = std::io::stdout();
    if arguments.json {
        report.write_json(&mut out)?
    } else {
        report.write_text(&mut out)?
    }
    report.verdict()?;
    Ok(if arguments.strict && report.has_warnings_only() { ExitCode::from(WARNINGS) } else { ExitCode::SUCCESS })
}
