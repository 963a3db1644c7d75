//! A signing key.

use std::fmt;

use auth_ports::Cause;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use pem::{EncodeConfig, LineEnding, Pem};
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::public_key;

/// `typ` of access tokens (RFC 9068, 2.1): no other kind of token passes for one.
const TOKEN_TYPE: &str = "at+jwt";
/// The label of PKCS#8 (RFC 7468, 10).
const PEM_LABEL: &str = "PRIVATE KEY";

/// Why something is not a usable key. Errors never show the key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// It is not PEM, or another sort of PEM.
    #[error("must be one unencrypted PKCS#8 key in PEM, beginning with -----BEGIN PRIVATE KEY-----")]
    Format,
    /// It is PKCS#8, but not a key of a kind that is supported, or it is damaged.
    #[error("must be a P-256, an Ed25519, or an RSA key of 2048 to 8192 bits")]
    Unsupported,
    /// It is PKCS#8, but not an RSA key, or it is damaged.
    #[error("must be an RSA key of 2048 to 8192 bits")]
    NotRsa,
    /// The cryptographic library failed.
    #[error("the cryptographic library refused: {0}")]
    Library(&'static str),
}

/// A private key with its algorithm, its id and its public part. It cannot be printed, and is serialised by
/// [`SigningKey::to_pem`] only. It is wiped from memory when dropped.
pub struct SigningKey {
    algorithm: Algorithm,
    pkcs8: Zeroizing<Vec<u8>>,
    pair: KeyPair,
    verifier: DecodingKey,
    header: Header,
    /// The header in the form with which every token of this key begins.
    encoded_header: String,
    public: Jwk,
}

/// The key, read once. `jsonwebtoken` would read and check it again for each signature, which costs as much as the
/// signature itself.
enum KeyPair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl KeyPair {
    fn read(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyRejected> {
        Ok(match algorithm {
            Algorithm::Es256 => Self::Es256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)?),
            Algorithm::EdDsa => Self::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8)?),
            Algorithm::Rs256 => Self::Rs256(RsaKeyPair::from_pkcs8(pkcs8)?),
        })
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Self::Es256(pair) => pair.sign(&SystemRandom::new(), message).map(|signature| signature.as_ref().to_vec()),
            Self::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).map(|()| signature)
            }
        }
    }
}

impl SigningKey {
    /// Makes a new key, from the randomness of the cryptographic library. An RSA key has 2048 bits, and takes up to a
    /// second.
    ///
    /// # Errors
    /// [`KeyError::Library`], when there is no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pkcs8 = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).as_ref().ok().and_then(ec_der),
            Algorithm::EdDsa => Ed25519KeyPair::generate().as_ref().ok().and_then(ed_der),
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).as_ref().ok().and_then(rsa_der),
        };
        Self::new(algorithm, pkcs8.ok_or(KeyError::Library("generating a key"))?)
    }

    /// Reads an unencrypted PKCS#8 key. The key determines the algorithm.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let document = pem::parse(text).map_err(|_| KeyError::Format)?;
        let tagged = document.tag() == PEM_LABEL;
        let der = Zeroizing::new(document.into_contents());
        let (algorithm, pkcs8) =
            tagged.then(|| recognise(&der)).ok_or(KeyError::Format)?.ok_or(KeyError::Unsupported)?;
        Self::new(algorithm, pkcs8)
    }

    /// The private key as PKCS#8 PEM, for a file that only its owner can read.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        encode_pem(&self.pkcs8)
    }

    /// Its only algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its id, `kid`: the thumbprint of RFC 7638.
    #[must_use]
    pub fn id(&self) -> &str {
        self.header.kid.as_deref().unwrap_or_default()
    }

    /// The only header of tokens signed with it.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Its entry in the key set.
    pub(crate) fn public(&self) -> &Jwk {
        &self.public
    }

    /// A token with these claims, signed (RFC 7515, 5.1).
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Cause> {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?);
        let mut token = format!("{}.{payload}", self.encoded_header);
        let signature = self.pair.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    pub(crate) fn verifier(&self) -> &DecodingKey {
        &self.verifier
    }

    fn new(algorithm: Algorithm, pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let pair = KeyPair::read(algorithm, &pkcs8).map_err(|_| KeyError::Library("reading the key"))?;
        let encoding = encoding_key(algorithm, &pkcs8).map_err(|_| KeyError::Library("reading the key"))?;
        let public = Jwk::from_encoding_key(&encoding, algorithm.jwa())
            .and_then(public_key::named)
            .map_err(|_| KeyError::Library("deriving the public key"))?;
        let verifier = DecodingKey::from_jwk(&public).map_err(|_| KeyError::Library("reading the public key"))?;
        let mut header = Header::new(algorithm.jwa());
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid.clone_from(&public.common.key_id);
        let encoded = serde_json::to_vec(&header).map_err(|_| KeyError::Library("writing the header"))?;
        let encoded_header = URL_SAFE_NO_PAD.encode(encoded);
        Ok(Self { algorithm, pkcs8, pair, verifier, header, encoded_header, public })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm.name(), self.id())
    }
}

/// Which of our keys it is, in the one spelling (PKCS#8 version 1) that everything else here reads.
/// The library checks that the public and the private part belong together.
fn recognise(der: &[u8]) -> Option<(Algorithm, Zeroizing<Vec<u8>>)> {
    let ec = || EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok().as_ref().and_then(ec_der);
    let ed = || Ed25519KeyPair::from_pkcs8(der).ok().as_ref().and_then(ed_der);
    let rsa = || RsaKeyPair::from_pkcs8(der).ok().as_ref().and_then(rsa_der);
    ec().map(|der| (Algorithm::Es256, der))
        .or_else(|| ed().map(|der| (Algorithm::EdDsa, der)))
        .or_else(|| rsa().map(|der| (Algorithm::Rs256, der)))
}

fn ec_der(key: &EcdsaKeyPair) -> Option<Zeroizing<Vec<u8>>> {
    Some(Zeroizing::new(key.to_pkcs8v1().ok()?.as_ref().to_vec()))
}

fn ed_der(key: &Ed25519KeyPair) -> Option<Zeroizing<Vec<u8>>> {
    Some(Zeroizing::new(key.to_pkcs8v1().ok()?.as_ref().to_vec()))
}

fn rsa_der(key: &RsaKeyPair) -> Option<Zeroizing<Vec<u8>>> {
    Some(Zeroizing::new(key.as_der().ok()?.as_ref().to_vec()))
}

fn encoding_key(algorithm: Algorithm, pkcs8: &[u8]) -> Result<EncodingKey, jsonwebtoken::errors::Error> {
    match algorithm {
        Algorithm::Es256 => Ok(EncodingKey::from_ec_der(pkcs8)),
        Algorithm::EdDsa => Ok(EncodingKey::from_ed_der(pkcs8)),
        // The library wants what is inside of PKCS#8 here, and takes it out of PEM only.
        Algorithm::Rs256 => EncodingKey::from_rsa_pem(encode_pem(pkcs8).as_bytes()),
    }
}

fn encode_pem(pkcs8: &[u8]) -> Zeroizing<String> {
    let document = Pem::new(PEM_LABEL, pkcs8);
    let text = Zeroizing::new(pem::encode_config(&document, EncodeConfig::new().set_line_ending(LineEnding::LF)));
    drop(Zeroizing::new(document.into_contents()));
    text
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn pem_of(label: &str, der: &str) -> String {
        format!("-----BEGIN {label}-----\n{der}\n-----END {label}-----\n")
    }

    #[test]
    fn every_sort_survives_its_file() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let read = SigningKey::from_pem(&key.to_pem()).unwrap();
            assert_eq!((read.algorithm(), read.id()), (algorithm, key.id()));
            assert_eq!(read.to_pem(), key.to_pem());
            assert_eq!(key.id().len(), 43);
            assert_ne!(SigningKey::generate(algorithm).unwrap().id(), key.id());
        }
    }

    /// The key of RFC 8037, A.1, with its thumbprint from A.3, as `openssl genpkey` would write it.
    #[test]
    fn a_key_of_other_tools_is_read() {
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A".replace('-', "+").replace('_', "/") + "=";
        let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        der.extend(STANDARD.decode(seed).unwrap());
        let key = SigningKey::from_pem(&pem_of(PEM_LABEL, &STANDARD.encode(der))).unwrap();
        assert_eq!(key.algorithm(), Algorithm::EdDsa);
        assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn nothing_else_is_a_key() {
        let good = SigningKey::generate(Algorithm::Es256).unwrap().to_pem();
        let other_label = good.replace(PEM_LABEL, "EC PRIVATE KEY");
        let damaged = good.replacen("MIG", "MIH", 1);
        let format = ["", "nonsense", "-----BEGIN PRIVATE KEY-----", other_label.as_str()];
        for text in format {
            assert!(matches!(SigningKey::from_pem(text), Err(KeyError::Format)), "{text:.40}");
        }
        let p384 = EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let p384 = encode_pem(p384.to_pkcs8v1().unwrap().as_ref());
        for text in [damaged.as_str(), p384.as_str(), &pem_of(PEM_LABEL, "AAAA"), &pem_of(PEM_LABEL, RSA_1024)] {
            assert!(matches!(SigningKey::from_pem(text), Err(KeyError::Unsupported)), "{text:.60}");
        }
    }

    #[test]
    fn the_private_part_is_not_printed() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let printed = format!("{key:?}");
            assert_eq!(printed, format!("SigningKey({} {})", algorithm.name(), key.id()));
        }
    }

    /// A throw-away key, too short for use.
    const RSA_1024: &str = "\
        MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAOOxDNK6Nx3m/vZd7RYTNrtWdkWeM1XxlHgPjERSW3vNvdCvARg/\
        Go1h3H38MRTU32Nm7N86DEDefM3Hy3BxmgiEStia9jv1UocN2APfqoppnWymjCi6KzwyPrd9aljhbO45x0EVR6bW4UQuxYXqCcgb\
        tM/OoUq3x2ZvVO1FrVGRAgMBAAECgYBIutdDwKO2c4DhpWMD+CM1eArTdhMj0sUADMdbU4tRYojNTflli1Kp8qaBv7rV0qGAmPH0\
        5A/h8K+g877yLfdrQshhmzJOmQO9UWnp17NE30G1mEZmGow07F6ToPqfJ68ikoY1nJi3X0SJIDG9U46u7jGwFvZbmzYcuCdpKC/+\
        oQJBAPMu/LvQVyWb2gN4UbuCxPB4Rrmpr1XUOvt5qEPEygRDlWIA0h9yX38gFuBn+0Z6Q2PAPvRI6atO2JLFLcFW+AUCQQDvsQv8\
        QP7eBGxcJUy4KRXJSUlQ5Ixol3tl7jjVV5W7mhHrWzVs9pDvwtXWBbgp279bkhIawvvY91gmIQk2mKUdAkEAxHtHWhwH/WwB5uHU\
        77LFmiEjy6is8KTsDvkJmc+rBWzximBtZVkMjXMI6ME6xYPNZRAUDV3H5lBrLZLA2ECDXQJAMPMvR2zen+i3WHolmNaLJHhbCLIk\
        GpgVE1P7N1aTtaRZVH9kAcS5BL39fZ/dZG8EPWcvW1fGpyCcV+0XPJcf4QJBANYMznJPQNBnfPtRzHROYkt0bm19b8tll7SwOgYk\
        a1KiOuONeJ/wXJxAd5T/HoUA37YHul7uerCDlJAIkOIJjzY=";
}
