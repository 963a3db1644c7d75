//! The sub-commands.

mod admin_keys;
mod client_keys;
mod clients;
mod doctor;
mod import;
mod keys;
mod on_database;
mod users;

use std::io::Write as _;
use std::process::ExitCode;

use auth_settings::Environment;
use clap::{Parser, Subcommand};

use crate::{Configuration, Server, StartFailure, World, logging, serve};

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
        /// Print the one of the admin listener.
        #[arg(long)]
        admin: bool,
    },
    Doctor(doctor::DoctorArguments),
    /// Create, list, block and import users.
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Create secrets for the applications that use the service, and manage their publishable keys.
    #[command(subcommand)]
    Clients(clients::ClientsCommand),
    /// List, rotate and retire the keys that sign access tokens, and make server keys.
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
            Ok(status) => status,
            Err(failure) => {
                let _ = writeln!(std::io::stderr(), "auth-server: {failure}");
                ExitCode::FAILURE
            }
        }
    }
}

fn execute(server: &Server, command: &Command) -> Result<ExitCode, StartFailure> {
    match command {
        Command::Doctor(arguments) => doctor::run(server, arguments),
        _ => run(server, command).map(|()| ExitCode::SUCCESS),
    }
}

/// Runs a sub-command that succeeds or fails.
fn run(server: &Server, command: &Command) -> Result<(), StartFailure> {
    if let Command::Openapi { admin } = command {
        return Ok(std::io::stdout().write_all(server.document(*admin)?.as_bytes())?);
    }
    if let Command::Clients(clients::ClientsCommand::Secret) = command {
        return clients::print_secret();
    }
    if let Command::Keys(keys::KeysCommand::ServerKey { file }) = command {
        return keys::make_server_key(file);
    }
    let configuration = configure(server)?;
    logging::start(&configuration.settings);
    match command {
        Command::Serve => serve::run(&configuration, || Ok(configure(server)?.settings)),
        Command::Migrate => migrate(&configuration),
        Command::Users(command) => users::run(&configuration, command),
        Command::Keys(command) => keys::run(&configuration.settings, command),
        Command::AdminKeys(command) => admin_keys::run(&configuration, command),
        Command::Clients(clients::ClientsCommand::Keys(command)) => client_keys::run(&configuration, command),
        Command::Openapi { .. } | Command::Doctor(_) | Command::Clients(clients::ClientsCommand::Secret) => Ok(()),
    }
}

/// Reads the settings of this process.
fn configure(server: &Server) -> Result<Configuration, StartFailure> {
    server.configure(&Environment::from_process(), World::of_this_machine())
}

fn migrate(configuration: &Configuration) -> Result<(), StartFailure> {
    let storage = configuration.open_storage()?;
    let steps = storage.migrate().map_err(StartFailure::Storage)?;
    let mut out = std::io::stdout();
    for step in &steps {
        writeln!(out, "migrated {step}")?;
    }
    writeln!(out, "the schema is current")?;
    storage.close().map_err(StartFailure::Storage)
}
