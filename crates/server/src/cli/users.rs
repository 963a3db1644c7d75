//! `users`: make, list, block and import users. Passwords never stand on the command line, where
//! every process of the machine can read them.

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use auth_application::admin::{CreateUserCommand, Operator};
use auth_domain::accounts::{Account, UserId, UserStatus};
use auth_domain::admin::UserPage;
use chrono::SecondsFormat;
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};

use super::import;
use super::on_database::on_database;
use crate::wiring::CommandLine;
use crate::{Configuration, StartFailure};

/// Users, as the operator sees them.
#[derive(Subcommand)]
pub(super) enum UsersCommand {
    /// Make a user; without --password-stdin, with a random password that is printed once.
    Create(NewUser),
    /// List users, oldest first: id, status, login names, when they were made.
    List {
        /// At most this many; all, where absent.
        #[arg(long)]
        limit: Option<u64>,
    },
    /// Block a user and end all of their sessions.
    Block {
        /// The user's id.
        id: UserId,
    },
    /// Let a blocked user in again.
    Unblock {
        /// The user's id.
        id: UserId,
    },
    /// Import users with existing password hashes: newline-delimited JSON, one user a line.
    Import {
        /// The file; `-` for standard input.
        file: PathBuf,
        /// Lines at the beginning that are done already.
        #[arg(long, default_value_t = 0)]
        skip_lines: u64,
    },
}

/// At least one login name.
#[derive(Args)]
pub(super) struct NewUser {
    /// 2–48 letters, digits, `_`, `-`, `.`.
    #[arg(long)]
    username: Option<String>,
    /// `name@domain`
    #[arg(long)]
    email: Option<String>,
    /// `+86 13000000000`
    #[arg(long)]
    phone_number: Option<String>,
    /// A login name of another kind that this program registers, such as `employee_number=4711`; may be repeated.
    #[arg(long = "identifier", value_name = "KIND=VALUE", value_parser = kind_and_value)]
    identifiers: Vec<(String, String)>,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
}

/// Runs a sub-command.
pub(super) fn run(configuration: &Configuration, command: &UsersCommand) -> Result<(), StartFailure> {
    on_database(configuration, async |line| match command {
        UsersCommand::Create(user) => create(line, user).await,
        UsersCommand::List { limit } => list(line, limit.unwrap_or(u64::MAX)).await,
        UsersCommand::Block { id } => set_status(line, *id, UserStatus::Blocked).await,
        UsersCommand::Unblock { id } => set_status(line, *id, UserStatus::Active).await,
        UsersCommand::Import { file, skip_lines } => import::run(line, file, *skip_lines).await,
    })
}

async fn create(line: &CommandLine, user: &NewUser) -> Result<(), StartFailure> {
    let given = [("username", &user.username), ("email", &user.email), ("phone_number", &user.phone_number)];
    let given = given.into_iter().filter_map(|(kind, raw)| Some((kind.to_owned(), raw.clone()?)));
    let identifiers = given.chain(user.identifiers.iter().cloned()).collect();
    let password = user.password_stdin.then(read_password).transpose()?;
    let command = CreateUserCommand { identifiers, password, ..CreateUserCommand::default() };
    let created = line.admin.create_user.run(command, &Operator::at_the_command_line()).await;
    let created = created.map_err(StartFailure::command)?;
    writeln!(std::io::stdout(), "{}", created.id)?;
    if let Some(password) = created.initial_password {
        writeln!(std::io::stdout(), "initial password: {}", password.expose_secret())?;
        writeln!(std::io::stderr(), "this is its only copy; it is good until it is changed")?;
    }
    Ok(())
}

fn kind_and_value(text: &str) -> Result<(String, String), String> {
    let (kind, value) = text.split_once('=').ok_or("must be KIND=VALUE")?;
    Ok((kind.to_owned(), value.to_owned()))
}

fn read_password() -> Result<SecretString, StartFailure> {
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text)?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(StartFailure::Command("there is no password on standard input".into()));
    }
    Ok(SecretString::from(password))
}

/// Page by page, so that neither memory nor a long query grows with the number of users.
async fn list(line: &CommandLine, mut left: u64) -> Result<(), StartFailure> {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let mut after = None;
    while left > 0 {
        let limit = u16::try_from(left.min(500)).unwrap_or(500);
        let page = line.admin.find_users.page(UserPage { after, limit }).await.map_err(StartFailure::command)?;
        for account in &page {
            writeln!(out, "{}", shown(account))?;
        }
        left -= page.len() as u64;
        after = page.last().map(|account| account.id);
        if page.len() < usize::from(limit) {
            break;
        }
    }
    Ok(out.flush()?)
}

fn shown(account: &Account) -> String {
    let names = account.identifiers.iter().map(|held| held.identifier.shown());
    let names = names.collect::<Vec<_>>().join(" ");
    let made = account.created_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("{}  {:7}  {names}  {made}", account.id, account.status.name())
}

async fn set_status(line: &CommandLine, id: UserId, status: UserStatus) -> Result<(), StartFailure> {
    let done = line.admin.set_status.run(id, status, &Operator::at_the_command_line()).await;
    done.map_err(StartFailure::command)?;
    Ok(writeln!(std::io::stdout(), "{id} is {}", status.name())?)
}
