//! The sub-command `admin-keys`: create, list and revoke the keys of the admin listener.

use std::io::Write as _;

use auth_domain::admin::{AdminKey, AdminScope};
use chrono::{SecondsFormat, TimeDelta};
use clap::Subcommand;
use uuid::Uuid;

use super::on_database::on_database;
use crate::{Configuration, StartFailure};

/// Keys of the admin listener. Several may be valid at once: to rotate, create, hand out, revoke.
#[derive(Subcommand)]
pub(super) enum AdminKeysCommand {
    /// Create a key and print it, once.
    Create {
        /// Whose it is, or what it is for; events name it.
        #[arg(long)]
        name: String,
        /// What it may do: `users:read`, `users:write`, `events:write`, `metrics:read`. May be repeated.
        #[arg(long = "scope", required = true, value_parser = read_scope)]
        scopes: Vec<AdminScope>,
        /// Days until it expires; without it, as the setting `admin.key_life_days` says.
        #[arg(long)]
        expires_in_days: Option<u32>,
        /// It never expires: whoever gets hold of it has it until it is revoked.
        #[arg(long, conflicts_with = "expires_in_days")]
        never_expires: bool,
    },
    /// List all keys, oldest first.
    List,
    /// Revoke a key: requests with it are refused from now on.
    Revoke {
        /// The key's id, as the list shows it.
        id: Uuid,
    },
}

fn read_scope(word: &str) -> Result<AdminScope, &'static str> {
    AdminScope::from_name(word).ok_or("users:read, users:write, events:write or metrics:read")
}

/// Runs a sub-command.
pub(super) fn run(configuration: &Configuration, command: &AdminKeysCommand) -> Result<(), StartFailure> {
    on_database(configuration, async |line| {
        let (keys, mut out) = (&line.admin_keys, std::io::stdout());
        match command {
            AdminKeysCommand::Create { name, scopes, expires_in_days, never_expires } => {
                let days = expires_in_days.unwrap_or(configuration.settings.admin.key_life_days);
                let life = (!never_expires).then(|| TimeDelta::days(days.into()));
                let made = keys.create(name, scopes.clone(), life).await.map_err(StartFailure::command)?;
                writeln!(std::io::stderr(), "created {}; this is the only copy of the key:", shown(&made.key))?;
                writeln!(out, "{}", made.secret.expose())?;
            }
            AdminKeysCommand::List => {
                for key in keys.list().await.map_err(StartFailure::command)? {
                    writeln!(out, "{}", shown(&key))?;
                }
            }
            AdminKeysCommand::Revoke { id } => match keys.revoke(*id).await.map_err(StartFailure::command)? {
                true => writeln!(out, "revoked {id}")?,
                false => return Err(StartFailure::Command("there is no such key, or it is already revoked".into())),
            },
        }
        Ok(())
    })
}

/// Formats one line: id, name, scopes, and when the key ends or ended.
fn shown(key: &AdminKey) -> String {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
    let at = |at: auth_domain::Timestamp| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let end = match (key.revoked_at, key.expires_at) {
        (Some(revoked), _) => format!("revoked {}", at(revoked)),
        (None, Some(expires)) => format!("expires {}", at(expires)),
        (None, None) => "does not expire".to_owned(),
    };
    format!("{}  {}  {}  created {}  {end}", key.id, key.name, scopes.join(","), at(key.created_at))
}
