//! The fakes' signing keys. They are generated each time, because a key in the source code would end up being trusted
//! somewhere.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, crypto, decode};
use serde_json::{Value, json};

/// What a fake signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySort {
    /// ECDSA on P-256.
    Es256,
    /// ECDSA on P-384.
    Es384,
    /// RSA with 2048 bits, PKCS #1 v1.5.
    Rs256,
    /// RSA with 2048 bits, PSS.
    Ps256,
    /// Ed25519.
    EdDsa,
}

/// A key with its id.
pub(super) struct Signer {
    pub(super) kid: String,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Signer {
    pub(super) fn generate(sort: KeySort, kid: &str) -> Self {
        let (algorithm, key) = match sort {
            KeySort::Es256 => (Algorithm::ES256, ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING)),
            KeySort::Es384 => (Algorithm::ES384, ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            KeySort::Rs256 => (Algorithm::RS256, rsa()),
            KeySort::Ps256 => (Algorithm::PS256, rsa()),
            KeySort::EdDsa => (Algorithm::EdDSA, ed25519()),
        };
        Self { kid: kid.to_owned(), algorithm, key }
    }

    /// Makes a key on P-256, and returns it in PEM, too.
    pub(super) fn generate_in_pem(kid: &str) -> (Self, String) {
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).expect("a key");
        let key = EncodingKey::from_ec_der(der.as_ref());
        (Self { kid: kid.to_owned(), algorithm: Algorithm::ES256, key }, pem(der.as_ref()))
    }

    /// Returns the claims of a token that this key has signed, under its id.
    pub(super) fn verify(&self, token: &str) -> Option<Value> {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).ok()?;
        let mut validation = Validation::new(self.algorithm);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let token = decode::<Value>(token, &DecodingKey::from_jwk(&jwk).ok()?, &validation).ok()?;
        (token.header.kid.as_deref() == Some(&self.kid)).then_some(token.claims)
    }

    /// Returns the public half, as published.
    pub(super) fn jwk(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).expect("a key of our own");
        let mut jwk = serde_json::to_value(jwk).expect("a JWK is JSON");
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk
    }

    pub(super) fn header(&self) -> Value {
        json!({ "alg": format!("{:?}", self.algorithm), "typ": "JWT", "kid": self.kid })
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm).expect("a signature");
        format!("{message}.{signature}")
    }

    /// Makes what a careless verifier accepts as a valid signature, using the published key as a secret.
    pub(super) fn sign_symmetrically(&self, claims: &Value) -> String {
        let message = message(&json!({ "alg": "HS256", "typ": "JWT", "kid": self.kid }), claims);
        let secret = EncodingKey::from_secret(self.jwk().to_string().as_bytes());
        let signature = crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).expect("a signature");
        format!("{message}.{signature}")
    }
}

/// Makes a token without a signature.
pub(super) fn unsigned(claims: &Value) -> String {
    format!("{}.", message(&json!({ "alg": "none", "typ": "JWT" }), claims))
}

pub(super) fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header), encode(claims))
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> EncodingKey {
    let key = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key");
    EncodingKey::from_ec_der(key.as_ref())
}

fn ed25519() -> EncodingKey {
    let key = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).expect("a key");
    EncodingKey::from_ed_der(key.as_ref())
}

fn rsa() -> EncodingKey {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = key.as_der().expect("a key of our own");
    // The key is passed in PEM form, because jsonwebtoken accepts RSA keys in DER only as PKCS #1.
    EncodingKey::from_rsa_pem(pem(der.as_ref()).as_bytes()).expect("a key of our own")
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}
