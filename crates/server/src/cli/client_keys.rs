//! The sub-command `clients keys`: create, list and revoke publishable keys of clients.

use std::io::Write as _;

use auth_domain::client_keys::{ClientKey, PublishableKey};
use auth_domain::clients::ClientId;
use chrono::SecondsFormat;
use clap::Subcommand;

use super::on_database::on_database;
use crate::{Configuration, StartFailure};

/// Publishable keys. They name a client and are no secret. Several of one client may be valid at once: to replace one,
/// create, publish, revoke.
#[derive(Subcommand)]
pub(super) enum ClientKeysCommand {
    /// Create a key and print it.
    Create {
        /// The id of the client, which must be registered or the default one.
        #[arg(value_parser = ClientId::parse)]
        client: ClientId,
    },
    /// List all keys, oldest first: key, client, and when it was created and revoked.
    List,
    /// Revoke a key: within ten seconds requests with it are refused.
    Revoke {
        /// The key, as the list shows it.
        #[arg(value_parser = read_key)]
        key: PublishableKey,
    },
}

fn read_key(text: &str) -> Result<PublishableKey, &'static str> {
    PublishableKey::parse(text).ok_or("pk_ and 32 hexadecimal digits in lower case")
}

/// Runs a sub-command.
pub(super) fn run(configuration: &Configuration, command: &ClientKeysCommand) -> Result<(), StartFailure> {
    on_database(configuration, async |line| {
        let (keys, mut out) = (&line.client_keys, std::io::stdout());
        match command {
            ClientKeysCommand::Create { client } => {
                let made = keys.create(client).await.map_err(StartFailure::command)?;
                writeln!(out, "{}", made.key)?;
            }
            ClientKeysCommand::List => {
                for key in keys.list().await.map_err(StartFailure::command)? {
                    writeln!(out, "{}", shown(&key))?;
                }
            }
            ClientKeysCommand::Revoke { key } => match keys.revoke(key).await.map_err(StartFailure::command)? {
                true => writeln!(out, "revoked {key}")?,
                false => return Err(StartFailure::Command("there is no such key, or it is already revoked".into())),
            },
        }
        Ok(())
    })
}

/// Formats one line: key, client, and when it was created and revoked.
fn shown(key: &ClientKey) -> String {
    let at = |at: auth_domain::Timestamp| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let end = key.revoked_at.map_or_else(|| "valid".to_owned(), |revoked| format!("revoked {}", at(revoked)));
    format!("{}  {}  created {}  {end}", key.key, key.client, at(key.created_at))
}
