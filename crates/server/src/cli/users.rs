//! The sub-command `users`: create, list, block and import users. Passwords never appear on the command line, where
//! every process on the machine can read them.

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

/// Create, list, block and import users.
#[derive(Subcommand)]
pub(super) enum UsersCommand {
    /// Create a user. Without --password-stdin, a random password is set and printed once.
    Create(NewUser),
    /// List users, oldest first: id, status, login names, and when they were created.
    List {
        /// The largest number of users; without it, all.
        #[arg(long)]
        limit: Option<u64>,
    },
    /// Block a user and end all of their sessions.
    Block {
        /// The user's id.
        id: UserId,
    },
    /// Unblock a user.
    Unblock {
        /// The user's id.
        id: UserId,
    },
    /// Import users with existing password hashes from newline-delimited JSON, one user per line.
    Import {
        /// The file; `-` for standard input.
        file: PathBuf,
        /// The number of lines at the beginning to skip, because they are already imported.
        #[arg(long, default_value_t = 0)]
        skip_lines: u64,
    },
}

/// A user to create, with at least one login name.
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
        writeln!(std::io::stderr(), "this is the only copy; it is valid until it is changed")?;
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

/// Lists page by page, so that neither memory nor the length of a query grows with the number of users.
async fn list(line: &CommandLine, mut left: u64) -> Result<(), StartFailure> {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let operator = Operator::at_the_command_line();
    let mut after = None;
    while left > 0 {
        let limit = u16::try_from(left.min(500)).unwrap_or(500);
        let page =
            line.admin.find_users.page(UserPage { after, limit }, &operator).await.map_err(StartFailure::command)?;
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
