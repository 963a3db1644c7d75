//! Decrypt a request that a client encrypted.

use std::sync::Arc;

use auth_domain::origin::Origin;
use auth_ports::{DecryptRefusal, EncryptionKey, Halt, Halted as _, RequestDecrypter};
use secrecy::SecretString;
use thiserror::Error;

use crate::kit::{Limited, OverBudget};

/// Why a request was not decrypted.
#[derive(Debug, Error)]
pub enum DecryptRequestRefusal {
    /// The operator has set no key.
    #[error("encrypted requests are switched off")]
    Off,
    /// The request is encrypted to another key.
    #[error("public_key_thumbprint is not that of the current key: fetch the key again")]
    UnknownKey,
    /// There were too many. There is a limit because each block costs as much as a signature.
    #[error("too many encrypted requests came from this network")]
    TooOften(OverBudget),
    /// The request is not encrypted to the key, or it is too long.
    #[error("params cannot be decrypted")]
    Unreadable,
}

/// Publishes the key and decrypts what was encrypted to it.
pub struct DecryptRequest {
    /// `None` if it is switched off.
    decrypter: Option<Arc<dyn RequestDecrypter>>,
    limit: Limited,
}

impl DecryptRequest {
    /// Builds the use case from its port and its limit.
    #[must_use]
    pub fn new(decrypter: Option<Arc<dyn RequestDecrypter>>, limit: Limited) -> Self {
        Self { decrypter, limit }
    }

    /// Returns the key that clients encrypt to.
    ///
    /// # Errors
    /// Returns [`DecryptRequestRefusal`] if a rule refuses, or the failure of a port.
    pub async fn key(&self) -> Result<EncryptionKey, Halt<DecryptRequestRefusal>> {
        Ok(self.decrypter()?.key().await?)
    }

    /// Returns the text of an encrypted request.
    ///
    /// # Errors
    /// Returns [`DecryptRequestRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        thumbprint: &str,
        encrypted: &str,
        origin: &Origin,
    ) -> Result<SecretString, Halt<DecryptRequestRefusal>> {
        let decrypter = self.decrypter()?;
        self.limit.spend(origin).await.refused_as(DecryptRequestRefusal::TooOften)?;
        decrypter.decrypt(thumbprint, encrypted).await.refused_as(|refusal| match refusal {
            DecryptRefusal::UnknownKey => DecryptRequestRefusal::UnknownKey,
            DecryptRefusal::Unreadable => DecryptRequestRefusal::Unreadable,
        })
    }

    fn decrypter(&self) -> Result<&dyn RequestDecrypter, Halt<DecryptRequestRefusal>> {
        self.decrypter.as_deref().ok_or(Halt::Refused(DecryptRequestRefusal::Off))
    }
}
