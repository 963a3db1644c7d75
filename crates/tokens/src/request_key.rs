//! The key to which clients encrypt requests.

use auth_domain::secret_bytes::SecretHash;
use auth_ports::EncryptionKey;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeySize, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pem::{EncodeConfig, LineEnding, Pem};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::signing_key::KeyError;

/// The label of PKCS#8 (RFC 7468, section 10).
const PRIVATE_KEY: &str = "PRIVATE KEY";
/// More blocks than any of our requests needs, which have fewer than a thousand characters. The number is bounded
/// because each block costs as much as a signature.
const MAX_BLOCKS: usize = 8;

/// An RSA key of 2048 bits or more, with its public part as clients see it.
pub struct RequestKey {
    private: PrivateDecryptingKey,
    decrypting: Pkcs1PrivateDecryptingKey,
    public: EncryptionKey,
}

impl RequestKey {
    /// Makes a new key of 2048 bits. This takes a few tenths of a second.
    ///
    /// # Errors
    /// [`KeyError`], when there is no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        Self::of(PrivateDecryptingKey::generate(KeySize::Rsa2048).map_err(|_| KeyError::Library("no RSA key"))?)
    }

    /// Reads a key from PKCS#8 in PEM.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let documents = pem::parse_many(text).map_err(|_| KeyError::Format)?;
        let [document] = <[Pem; 1]>::try_from(documents).map_err(|_| KeyError::Format)?;
        if document.tag() != PRIVATE_KEY {
            return Err(KeyError::Format);
        }
        let der = Zeroizing::new(document.into_contents());
        Self::of(PrivateDecryptingKey::from_pkcs8(&der).map_err(|_| KeyError::NotRsa)?)
    }

    fn of(private: PrivateDecryptingKey) -> Result<Self, KeyError> {
        let der: PublicKeyX509Der<'_> = private.public_key().as_der().map_err(|_| KeyError::Library("an RSA key"))?;
        let public = EncryptionKey {
            pem: encode("PUBLIC KEY", der.as_ref()),
            thumbprint: URL_SAFE_NO_PAD.encode(SecretHash::of(der.as_ref()).as_bytes()),
        };
        let decrypting =
            Pkcs1PrivateDecryptingKey::new(private.clone()).map_err(|_| KeyError::Library("an RSA key"))?;
        Ok(Self { private, decrypting, public })
    }

    /// The key as PKCS#8 in PEM, which is a secret.
    ///
    /// # Errors
    /// [`KeyError`], which does not happen for a key that was made or read here.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        let der: Pkcs8V1Der<'_> = self.private.as_der().map_err(|_| KeyError::Library("an RSA key"))?;
        Ok(Zeroizing::new(encode(PRIVATE_KEY, der.as_ref())))
    }

    /// The public part, to which clients encrypt.
    #[must_use]
    pub fn public(&self) -> &EncryptionKey {
        &self.public
    }

    /// The blocks of an encrypted text. `None` if its length cannot be right.
    pub(crate) fn blocks(&self, encrypted: &str) -> Option<Vec<Vec<u8>>> {
        let size = self.decrypting.key_size_bytes();
        if encrypted.is_empty() || encrypted.len() > (size * MAX_BLOCKS).div_ceil(3) * 4 {
            return None;
        }
        let bytes = STANDARD.decode(encrypted).ok()?;
        // SDKs leave out the zeros at the beginning of a number.
        let whole = if bytes.len() < size { [vec![0; size - bytes.len()], bytes].concat() } else { bytes };
        let blocks = whole.chunks(size).map(<[u8]>::to_vec).collect::<Vec<_>>();
        blocks.iter().all(|block| block.len() == size).then_some(blocks)
    }

    /// Decrypts the blocks to the text that they contain.
    pub(crate) fn decrypt(&self, blocks: &[Vec<u8>]) -> Option<SecretString> {
        let mut text = Zeroizing::new(Vec::new());
        let mut room = Zeroizing::new(vec![0; self.decrypting.min_output_size()]);
        for block in blocks {
            text.extend_from_slice(self.decrypting.decrypt(block, &mut room).ok()?);
        }
        std::str::from_utf8(&text).ok().map(SecretString::from)
    }
}

impl std::fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RequestKey").field(&self.public.thumbprint).finish()
    }
}

fn encode(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(tag, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}
