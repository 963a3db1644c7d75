//! Read a request that a client encrypted.

use std::sync::Arc;

use auth_domain::origin::Origin;
use auth_ports::{DecryptRefusal, EncryptionKey, Halt, Halted as _, RequestDecrypter};
use secrecy::SecretString;
use thiserror::Error;

use crate::kit::{RateLimit, TooOften};

/// Why a request was not read.
#[derive(Debug, Error)]
pub enum DecryptRequestRefusal {
    /// The operator set no key.
    #[error("encrypted requests are switched off")]
    Off,
    /// It is encrypted to another key.
    #[error("public_key_thumbprint is not that of the present key: fetch the key again")]
    UnknownKey,
    /// Too often: each block costs as much as a signature.
    #[error("too many encrypted requests came from this network")]
    TooOften(TooOften),
    /// It is not encrypted to the key, or too long.
    #[error("params cannot be decrypted")]
    Unreadable,
}

/// Tells the key and reads what was encrypted to it.
pub struct DecryptRequest {
    /// `None`: off.
    decrypter: Option<Arc<dyn RequestDecrypter>>,
    limit: RateLimit,
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
    /// [`DecryptRequestRefusal`], or the failure.
    pub async fn key(&self) -> Result<EncryptionKey, Halt<DecryptRequestRefusal>> {
        Ok(self.decrypter()?.key().await?)
    }

    /// The text of a request.
    ///
    /// # Errors
    /// [`DecryptRequestRefusal`], or the failure.
    pub async fn run(
        &self,
        thumbprint: &str,
        encrypted: &str,
        origin: &Origin,
    ) -> Result<SecretString, Halt<DecryptRequestRefusal>> {
        let decrypter = self.decrypter()?;
        self.limit.admit(origin).await.refused_as(DecryptRequestRefusal::TooOften)?;
        decrypter.decrypt(thumbprint, encrypted).await.refused_as(|refusal| match refusal {
            DecryptRefusal::UnknownKey => DecryptRequestRefusal::UnknownKey,
            DecryptRefusal::Unreadable => DecryptRequestRefusal::Unreadable,
        })
    }

    fn decrypter(&self) -> Result<&dyn RequestDecrypter, Halt<DecryptRequestRefusal>> {
        self.decrypter.as_deref().ok_or(Halt::Refused(DecryptRequestRefusal::Off))
    }
}
