//! Requests that clients encrypt in addition to TLS.

use async_trait::async_trait;
use secrecy::SecretString;
use thiserror::Error;

use crate::{Failure, Halt};

/// The public key that clients encrypt to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionKey {
    /// The key as a `SubjectPublicKeyInfo` in PEM (RFC 7468, section 13).
    pub pem: String,
    /// The name by which clients refer to the key.
    pub thumbprint: String,
}

/// Why a request was not decrypted.
#[derive(Debug, Error)]
pub enum DecryptRefusal {
    /// The request is encrypted to another key.
    #[error("the request is encrypted to another key")]
    UnknownKey,
    /// The request is too long, not encrypted to the key, or not text. There is one answer for all of these, because
    /// anybody who could tell them apart could decrypt what was not meant for them (RFC 8017, 7.2.2).
    #[error("the request cannot be decrypted")]
    Unreadable,
}

/// Decrypts requests off the async threads, one at a time, behind a bounded queue. A full queue is a failure that
/// says when there should be room again.
#[async_trait]
pub trait RequestDecrypter: Send + Sync {
    /// Returns the key that clients encrypt to. It stays the same for longer than any request takes.
    async fn key(&self) -> Result<EncryptionKey, Failure>;

    /// Returns the text that was encrypted to the key with this thumbprint. The SDKs use RSAES-PKCS1-v1_5 (RFC 8017,
    /// 7.2) with up to 117 characters per block, concatenate the blocks and encode the result in base64.
    async fn decrypt(&self, thumbprint: &str, encrypted: &str) -> Result<SecretString, Halt<DecryptRefusal>>;
}
