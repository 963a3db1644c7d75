//! Decrypts requests with an RSA key, on a thread of its own.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use auth_ports::{DecryptRefusal, EncryptionKey, Failure, Halt, OrRefuse as _, RequestDecrypter};
use auth_workers::Workers;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::key_file::write_first;
use crate::key_folder::KeyFileError;
use crate::request_key::RequestKey;

/// The number of requests that may run or wait. Together they take a tenth of a second.
const MAX_WAITING: usize = 64;
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Where the key is.
#[derive(Debug)]
pub enum RequestKeySource {
    /// It is given here.
    Key(Box<RequestKey>),
    /// It is in this file. The file is made when the key is first needed, because few clients ask for it and making one
    /// takes a while.
    File(PathBuf),
}

/// Decrypts requests, one at a time.
pub struct RsaRequestDecrypter {
    opened: Arc<Opened>,
    workers: Workers,
    places: Arc<Semaphore>,
}

struct Opened {
    file: Option<PathBuf>,
    key: OnceLock<RequestKey>,
}

impl RsaRequestDecrypter {
    /// A decrypter with this key.
    #[must_use]
    pub fn new(source: RequestKeySource) -> Self {
        let (file, key) = match source {
            RequestKeySource::Key(key) => (None, OnceLock::from(*key)),
            RequestKeySource::File(path) => (Some(path), OnceLock::new()),
        };
        Self {
            opened: Arc::new(Opened { file, key }),
            workers: Workers::new("requests", 1),
            places: Arc::new(Semaphore::new(MAX_WAITING)),
        }
    }

    /// Runs `work` with the key when its turn comes.
    async fn with_key<T: Send + 'static>(
        &self,
        work: impl FnOnce(&RequestKey) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Failure::Unavailable {
            retry_after: RETRY_AFTER,
            cause: "too many requests are waiting to be decrypted".into(),
        })?;
        let opened = Arc::clone(&self.opened);
        let work = move || opened.key().map(work);
        self.workers.run(place, work).await.map_err(Failure::internal)?
    }
}

#[async_trait]
impl RequestDecrypter for RsaRequestDecrypter {
    async fn key(&self) -> Result<EncryptionKey, Failure> {
        match self.opened.key.get() {
            Some(key) => Ok(key.public().clone()),
            None => self.with_key(|key| key.public().clone()).await,
        }
    }

    async fn decrypt(&self, thumbprint: &str, encrypted: &str) -> Result<SecretString, Halt<DecryptRefusal>> {
        let (thumbprint, encrypted) = (thumbprint.to_owned(), encrypted.to_owned());
        let decrypt = move |key: &RequestKey| {
            if thumbprint != key.public().thumbprint {
                return Err(DecryptRefusal::UnknownKey);
            }
            let blocks = key.blocks(&encrypted).ok_or(DecryptRefusal::Unreadable)?;
            key.decrypt(&blocks).ok_or(DecryptRefusal::Unreadable)
        };
        self.with_key(decrypt).await?.or_refuse()
    }
}

impl std::fmt::Debug for RsaRequestDecrypter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RsaRequestDecrypter").field("key", &self.opened.key).finish_non_exhaustive()
    }
}

impl Opened {
    /// The key, which is read or made first if necessary. There is one thread, so nobody else does that meanwhile.
    fn key(&self) -> Result<&RequestKey, Failure> {
        if let (Some(path), None) = (&self.file, self.key.get()) {
            let key = load_or_make(path).map_err(Failure::internal)?;
            return Ok(self.key.get_or_init(|| key));
        }
        self.key.get().ok_or_else(|| Failure::internal("there is no key"))
    }
}

fn load_or_make(path: &Path) -> Result<RequestKey, KeyFileError> {
    match load(path) {
        Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            let key = RequestKey::generate().map_err(|source| KeyFileError::Key { path: path.to_owned(), source })?;
            if let Some(folder) = path.parent() {
                DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
            }
            let pem = key.to_pem().map_err(|source| KeyFileError::Key { path: path.to_owned(), source })?;
            write_first(path, &pem).map_err(at(path))?;
            load(path)
        }
        loaded => loaded,
    }
}

fn load(path: &Path) -> Result<RequestKey, KeyFileError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(at(path))?);
    RequestKey::from_pem(&text).map_err(|source| KeyFileError::Key { path: path.to_owned(), source })
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |source| KeyFileError::Io { path, source }
}
