//! Sub-commands.

mod admin_keys;
mod clients;
mod import;
mod keys;
mod on_database;
mod users;

use std::io::Write as _;
use std::process::ExitCode;

use auth_http::{admin_document, admin_endpoints, public_document, public_endpoints};
use auth_settings::{Environment, Settings};
use clap::{Parser, Subcommand};

use crate::{OpenDatabase, StartFailure, doctor, logging, serve};

/// A sign-up and account service.
#[derive(Parser)]
#[command(name = "auth-server", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (the default).
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// Print the OpenAPI document.
    Openapi {
        /// That of the admin listener.
        #[arg(long)]
        admin: bool,
    },
    /// Say what is wrong with this installation.
    Doctor,
    /// Make, list, block and import users.
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Make secrets for the applications that use the service.
    #[command(subcommand)]
    Clients(clients::ClientsCommand),
    /// List, rotate and retire the keys that sign access tokens.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Make, list and revoke keys of the admin listener.
    #[command(subcommand)]
    AdminKeys(admin_keys::AdminKeysCommand),
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    match execute(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "auth-server: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: &Command) -> Result<(), StartFailure> {
    if let Command::Openapi { admin } = command {
        let document = if *admin { admin_document(&admin_endpoints())? } else { public_document(&public_endpoints())? };
        return Ok(std::io::stdout().write_all(document.as_bytes())?);
    }
    if let Command::Clients(command) = command {
        return clients::run(command);
    }
    let settings = Settings::load(&Environment::from_process())?;
    logging::start(&settings);
    match command {
        Command::Serve => serve::run(&settings),
        Command::Migrate => migrate(&settings),
        Command::Doctor => doctor::examine(&settings),
        Command::Users(command) => users::run(&settings, command),
        Command::Keys(command) => keys::run(&settings, command),
        Command::AdminKeys(command) => admin_keys::run(&settings, command),
        Command::Openapi { .. } | Command::Clients(_) => Ok(()),
    }
}

fn migrate(settings: &Settings) -> Result<(), StartFailure> {
    let database = OpenDatabase::open(settings)?;
    let steps = database.migrate()?;
    let mut out = std::io::stdout();
    for step in &steps {
        writeln!(out, "migrated {step}")?;
    }
    writeln!(out, "the schema is current")?;
    database.close()
}
