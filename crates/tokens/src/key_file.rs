//! Files for keys that are made where there are none.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use auth_domain::secret_bytes::SecretHash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Writes a secret to a file that only its owner can read, unless the file exists already. If two processes make a key
/// at once, both find the first one's afterwards, and a crash leaves no half-written file: the secret is written to a
/// file with a name of its own, which is then linked into place.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn write_first(path: &Path, secret: &str) -> io::Result<()> {
    let name = URL_SAFE_NO_PAD.encode(&SecretHash::of(secret.as_bytes()).as_bytes()[..12]);
    let aside = path.with_extension(format!("new-{name}"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.write_all(secret.as_bytes()).and_then(|()| file.sync_all())?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
