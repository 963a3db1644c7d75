//! Requests that clients encrypt, besides what TLS does for all of them.

use async_trait::async_trait;
use secrecy::SecretString;
use thiserror::Error;

use crate::{Failure, Halt};

/// The public key that clients encrypt to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionKey {
    /// A `SubjectPublicKeyInfo` in PEM (RFC 7468, section 13).
    pub pem: String,
    /// What clients name it by.
    pub thumbprint: String,
}

/// Why a request was not read.
#[derive(Debug, Error)]
pub enum DecryptRefusal {
    /// It is encrypted to another key.
    #[error("the request is encrypted to another key")]
    UnknownKey,
    /// It is too long, not encrypted to the key, or not text. One answer for all of them: whoever could tell them
    /// apart could decrypt what was not meant for them (RFC 8017, 7.2.2).
    #[error("the request cannot be decrypted")]
    Unreadable,
}

/// Decrypts requests off the async threads, one at a time, behind a bounded queue. A full queue is a failure, with
/// the time after which there should be room again.
#[async_trait]
pub trait RequestDecrypter: Send + Sync {
    /// The key that clients encrypt to, which lasts longer than any request.
    async fn key(&self) -> Result<EncryptionKey, Failure>;

    /// The text that was encrypted to the key of this thumbprint, as the SDKs do it: RSAES-PKCS1-v1_5 (RFC 8017, 7.2)
    /// of up to 117 characters a block, the blocks one after the other, all of it in base64.
    async fn decrypt(&self, thumbprint: &str, encrypted: &str) -> Result<SecretString, Halt<DecryptRefusal>>;
}
