//! The sub-commands.

mod admin_keys;
mod client_keys;
mod clients;
mod import;
mod keys;
mod on_database;
mod users;

use std::io::Write as _;
use std::process::ExitCode;

use auth_settings::Environment;
use clap::{Parser, Subcommand};

use crate::{Configuration, Server, StartFailure, World, doctor, logging, serve};

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
    Migrate {
        /// Also remove what only the version before needs. None of its instances may run any more.
        #[arg(long)]
        contract: bool,
    },
    /// Print the OpenAPI document.
    Openapi {
        /// Print the one of the admin listener.
        #[arg(long)]
        admin: bool,
    },
    /// Report what is wrong with this installation.
    Doctor,
    /// Create, list, block and import users.
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Create secrets for the applications that use the service, and manage their publishable keys.
    #[command(subcommand)]
    Clients(clients::ClientsCommand),
    /// List, rotate and retire the keys that sign access tokens.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Create, list and revoke keys of the admin listener.
    #[command(subcommand)]
    AdminKeys(admin_keys::AdminKeysCommand),
}

impl Server {
    /// Runs the sub-command that the process was started with, `serve` where it names none.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let command = Arguments::parse().command.unwrap_or(Command::Serve);
        match execute(&self, &command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                let _ = writeln!(std::io::stderr(), "auth-server: {failure}");
                ExitCode::FAILURE
            }
        }
    }
}

fn execute(server: &Server, command: &Command) -> Result<(), StartFailure> {
    if let Command::Openapi { admin } = command {
        return Ok(std::io::stdout().write_all(server.document(*admin)?.as_bytes())?);
    }
    if let Command::Clients(clients::ClientsCommand::Secret) = command {
        return clients::print_secret();
    }
    let configuration = server.configure(&Environment::from_process(), World::of_this_machine())?;
    logging::start(&configuration.settings);
    match command {
        Command::Serve => serve::run(&configuration),
        Command::Migrate { contract } => migrate(&configuration, *contract),
        Command::Doctor => doctor(&configuration),
        Command::Users(command) => users::run(&configuration, command),
        Command::Keys(command) => keys::run(&configuration.settings, command),
        Command::AdminKeys(command) => admin_keys::run(&configuration, command),
        Command::Clients(clients::ClientsCommand::Keys(command)) => client_keys::run(&configuration, command),
        Command::Openapi { .. } | Command::Clients(clients::ClientsCommand::Secret) => Ok(()),
    }
}

fn migrate(configuration: &Configuration, contract: bool) -> Result<(), StartFailure> {
    let storage = configuration.open_storage()?;
    let mut out = std::io::stdout();
    for step in storage.migrate().map_err(StartFailure::Storage)? {
        writeln!(out, "migrated {step}")?;
    }
    // Progress is for people, so a closed terminal is no reason to stop.
    let mut told = |rows| {
        let _ = writeln!(std::io::stderr(), "copied {rows} rows");
    };
    storage.backfill(&mut told).map_err(StartFailure::Storage)?;
    if contract {
        for step in storage.contract().map_err(StartFailure::Storage)? {
            writeln!(out, "contracted {step}")?;
        }
    }
    writeln!(out, "the schema is current")?;
    if let Some(next) = storage.condition().map_err(StartFailure::Storage)?.unfinished {
        writeln!(out, "{next}")?;
    }
    storage.close().map_err(StartFailure::Storage)
}
