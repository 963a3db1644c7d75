//! Read a request that a client encrypted.

use std::sync::Arc;

use auth_domain::origin::Origin;
use auth_ports::{DecryptError, EncryptionKey, RequestDecrypter};
use chrono::TimeDelta;
use secrecy::SecretString;
use thiserror::Error;

use crate::kit::{Failure, NotAdmitted, RateLimit};

/// Why a request was not read.
#[derive(Debug, Error)]
pub enum DecryptRequestError {
    /// The operator set no key.
    #[error("encrypted requests are switched off")]
    Off,
    /// It is encrypted to another key.
    #[error("public_key_thumbprint is not that of the present key: fetch the key again")]
    UnknownKey,
    /// Too often: each block costs as much as a signature.
    #[error("too many encrypted requests came from this network")]
    TooOften {
        /// Until the next one.
        retry_after: TimeDelta,
    },
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
    limit: RateLimit,
}

impl From<NotAdmitted> for DecryptRequestError {
    fn from(reason: NotAdmitted) -> Self {
        match reason {
            NotAdmitted::TooOften { retry_after } => Self::TooOften { retry_after },
            NotAdmitted::Failed(failure) => failure.into(),
        }
    }
}

impl DecryptRequest {
    /// On this port, by this rule.
    #[must_use]
    pub fn new(decrypter: Option<Arc<dyn RequestDecrypter>>, limit: RateLimit) -> Self {
        Self { decrypter, limit }
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
    pub async fn run(
        &self,
        thumbprint: &str,
        encrypted: &str,
        origin: &Origin,
    ) -> Result<SecretString, DecryptRequestError> {
        let decrypter = self.decrypter()?;
        self.limit.admit(origin).await?;
        Ok(decrypter.decrypt(thumbprint, encrypted).await?)
    }

    fn decrypter(&self) -> Result<&dyn RequestDecrypter, DecryptRequestError> {
        self.decrypter.as_deref().ok_or(DecryptRequestError::Off)
    }
}
