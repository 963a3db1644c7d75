//! The sub-command `clients`: what operators need to register applications.

use std::io::Write as _;

use auth_domain::secret_bytes::{SecretBytes, SecretHash};
use auth_domain::text::hexadecimal;
use auth_ports::draw;
use clap::Subcommand;

use super::client_keys::ClientKeysCommand;
use crate::{OsEntropy, StartFailure};

/// Applications are registered in the settings, under `[clients.registered.<id>]`.
#[derive(Subcommand)]
pub(super) enum ClientsCommand {
    /// Create a secret for a confidential client and print it, once, with the hash for the settings.
    Secret,
    /// Create, list and revoke publishable keys, which SDKs call access keys.
    #[command(subcommand)]
    Keys(ClientKeysCommand),
}

/// Prints a new secret. It needs no settings and changes nothing.
pub(super) fn print_secret() -> Result<(), StartFailure> {
    let secret = SecretBytes::new(draw(&OsEntropy)).expose();
    let hash = SecretHash::of(secret.as_bytes());
    let hex = hexadecimal(hash.as_bytes());
    let mut out = std::io::stdout();
    writeln!(out, "client_secret = {secret}")?;
    writeln!(out, "secret_hashes = [\"sha256:{hex}\"]")?;
    Ok(())
}
