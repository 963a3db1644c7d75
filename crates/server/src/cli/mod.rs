//! The sub-commands.

mod admin_keys;
mod client_keys;
mod clients;
mod doctor;
mod generated;
mod import;
mod keys;
mod on_database;
mod users;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use auth_settings::Environment;
use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

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
    /// Print a script that completes these commands in a shell.
    #[command(hide = true)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the manual pages.
    #[command(hide = true)]
    Man {
        /// The folder for them.
        folder: PathBuf,
    },
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
    let configured = || {
        let configuration = configure(server)?;
        logging::start(&configuration.settings);
        Ok::<_, StartFailure>(configuration)
    };
    match command {
        Command::Doctor(arguments) => return doctor::run(server, arguments),
        Command::Openapi { admin } => std::io::stdout().write_all(server.document(*admin)?.as_bytes())?,
        Command::Completions { shell } => generated::print_completions(Arguments::command(), *shell)?,
        Command::Man { folder } => generated::write_manual(Arguments::command(), folder)?,
        Command::Clients(clients::ClientsCommand::Secret) => clients::print_secret()?,
        Command::Keys(keys::KeysCommand::ServerKey { file }) => keys::make_server_key(file)?,
        Command::Serve => {
            let start = serve::Start::begin()?; // before the settings are read
            start.run(&configured()?, || Ok(configure(server)?.settings))?;
        }
        Command::Migrate { contract } => migrate(&configured()?, *contract)?,
        Command::Users(command) => users::run(&configured()?, command)?,
        Command::Keys(command) => keys::run(&configured()?.settings, command)?,
        Command::AdminKeys(command) => admin_keys::run(&configured()?, command)?,
        Command::Clients(clients::ClientsCommand::Keys(command)) => client_keys::run(&configured()?, command)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the settings of this process.
fn configure(server: &Server) -> Result<Configuration, StartFailure> {
    server.configure(&Environment::from_process(), World::of_this_machine())
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
