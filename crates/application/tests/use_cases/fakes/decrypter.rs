//! Encrypted requests.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use auth_ports::{DecryptRefusal, EncryptionKey, Failure, Halt, RequestDecrypter, refuse};
use secrecy::SecretString;

/// The thumbprint of the only key.
pub(crate) const THUMBPRINT: &str = "the-one-key";

/// Decrypts nothing. It can be made to be overloaded.
#[derive(Default)]
pub(crate) struct FakeDecrypter {
    pub(crate) overloaded: AtomicBool,
}

/// Makes a text as a client would send it.
pub(crate) fn encrypted(text: &str) -> String {
    format!("encrypted {text}")
}

impl FakeDecrypter {
    fn answer(&self) -> Result<(), Failure> {
        if self.overloaded.load(Ordering::Relaxed) { Err(Failure::unavailable("overloaded")) } else { Ok(()) }
    }
}

#[async_trait]
impl RequestDecrypter for FakeDecrypter {
    async fn key(&self) -> Result<EncryptionKey, Failure> {
        self.answer()?;
        Ok(EncryptionKey { pem: "a public key".to_owned(), thumbprint: THUMBPRINT.to_owned() })
    }

    async fn decrypt(&self, thumbprint: &str, encrypted: &str) -> Result<SecretString, Halt<DecryptRefusal>> {
        self.answer()?;
        if thumbprint != THUMBPRINT {
            return refuse(DecryptRefusal::UnknownKey);
        }
        match encrypted.strip_prefix("encrypted ") {
            Some(text) => Ok(text.into()),
            None => refuse(DecryptRefusal::Unreadable),
        }
    }
}
