//! The server key, kept with the data unless the operator sets one.

use std::path::Path;

use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_ports::{Entropy, draw};
use auth_settings::Settings;

use crate::StartFailure;

/// Returns the key that is set; otherwise the one in the data folder, which is created at the first start.
pub(crate) fn server_key(settings: &Settings, entropy: &dyn Entropy) -> Result<ServerKey, StartFailure> {
    match &settings.secrets.server_key {
        Some(key) => Ok(ServerKey::new(key.clone())),
        None => load_or_make(&settings.database.data_dir.join("server.key"), entropy).map(ServerKey::new),
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
