//! Read a request that a client encrypted.

use std::sync::Arc;

use auth_ports::{DecryptError, EncryptionKey, RequestDecrypter};
use secrecy::SecretString;
use thiserror::Error;

use crate::Failure;

/// Why a request was not read.
#[derive(Debug, Error)]
pub enum DecryptRequestError {
    /// The operator set no key.
    #[error("encrypted requests are switched off")]
    Off,
    /// It is encrypted to another key.
    #[error("public_key_thumbprint is not that of the present key: fetch the key again")]
    UnknownKey,
    /// It is not encrypted to the key, or too long.
    #[error("params cannot be decrypted")]
    Unreadable,
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<DecryptError> for DecryptRequestError {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::UnknownKey => Self::UnknownKey,
            DecryptError::Unreadable => Self::Unreadable,
            DecryptError::Overloaded { retry_after } => {
                Failure::Unavailable { retry_after, cause: error.into() }.into()
            }
            DecryptError::Failed(cause) => Failure::Internal(cause).into(),
        }
    }
}

/// Tells the key and reads what was encrypted to it.
pub struct DecryptRequest {
    /// `None`: off.
    decrypter: Option<Arc<dyn RequestDecrypter>>,
}

impl DecryptRequest {
    /// On this port.
    #[must_use]
    pub fn new(decrypter: Option<Arc<dyn RequestDecrypter>>) -> Self {
        Self { decrypter }
    }

    /// What clients encrypt to.
    ///
    /// # Errors
    /// [`DecryptRequestError`].
    pub async fn key(&self) -> Result<EncryptionKey, DecryptRequestError> {
        Ok(self.decrypter()?.key().await?)
    }

    /// The text of a request.
    ///
    /// # Errors
    /// [`DecryptRequestError`].
    pub async fn run(&self, thumbprint: &str, encrypted: &str) -> Result<SecretString, DecryptRequestError> {
        Ok(self.decrypter()?.decrypt(thumbprint, encrypted).await?)
    }

    fn decrypter(&self) -> Result<&dyn RequestDecrypter, DecryptRequestError> {
        self.decrypter.as_deref().ok_or(DecryptRequestError::Off)
    }
}
