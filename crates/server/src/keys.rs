//! The server key, kept with the data unless the operator sets one.

use std::path::Path;

use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_ports::{Entropy, draw};
use auth_settings::Settings;

use crate::StartFailure;

/// A key that makes what is new, and another one that is accepted as well, if there is one.
pub(crate) type ServerKeys = (SecretBytes, Option<SecretBytes>);

/// Returns the keys as [`server_keys`] finds them, for use.
pub(crate) fn server_key(settings: &Settings, entropy: &dyn Entropy) -> Result<ServerKey, StartFailure> {
    let (makes, also) = server_keys(settings, entropy)?;
    Ok(ServerKey::rotating(makes, also))
}

/// Returns the key that is set; otherwise the one in the data folder, which is created at the first start. Beside it, the
/// one that is set to be accepted as well.
pub(crate) fn server_keys(settings: &Settings, entropy: &dyn Entropy) -> Result<ServerKeys, StartFailure> {
    let makes = match &settings.secrets.server_key {
        Some(key) => key.clone(),
        None => load_or_make(&settings.database.data_dir.join("server.key"), entropy)?,
    };
    Ok((makes, settings.secrets.server_key_previous.clone()))
}

/// Makes a key and writes it to a file that does not exist yet and that only its owner can read.
pub(crate) fn make_server_key(path: &Path, entropy: &dyn Entropy) -> Result<(), StartFailure> {
    let failed = |error| StartFailure::File { path: path.to_owned(), error };
    let made = format!("{}\n", SecretBytes::new(draw(entropy)).expose());
    auth_tokens::write_first(path, &made).map_err(failed)?;
    match std::fs::read_to_string(path).map_err(failed)? {
        found if found == made => Ok(()),
        _ => Err(failed(std::io::Error::new(
            std::io::ErrorKind::AlreadyExists,
            "it is there already, and stays as it is",
        ))),
    }
}

fn load_or_make(path: &Path, entropy: &dyn Entropy) -> Result<SecretBytes, StartFailure> {
    let failed = |error| StartFailure::File { path: path.to_owned(), error };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text).map_err(failed),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = SecretBytes::new(draw(entropy)).expose();
            auth_tokens::write_first(path, &format!("{key}\n")).map_err(failed)?;
            std::fs::read_to_string(path).and_then(|text| parse(&text)).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

fn parse(text: &str) -> std::io::Result<SecretBytes> {
    let broken = "holds no key of 32 bytes in base64url; restore it, or remove it and lose all sessions";
    SecretBytes::parse(text.trim()).ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidData, broken))
}
