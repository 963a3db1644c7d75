//! The header and the signature of an ID token (RFC 7515; RFC 8725).

use std::str::FromStr;

use auth_domain::secret_bytes::SecretHash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Validation, decode};
use serde::Deserialize;
use serde_json::Value;

use super::claims::Claims;
use super::key_set::KeySet;
use crate::refusals;

/// The longest token that is read. Even large ones, with a user's groups in them, stay under 8 KiB.
const MAX_CHARS: usize = 16 * 1024;

/// Never on this list are `none` and the symmetric algorithms, whose key would be public.
const ALLOWED: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// A token whose header was read and whose content is not trusted yet.
pub(super) struct IdToken<'a> {
    raw: &'a str,
    algorithm: Algorithm,
    kid: Option<String>,
}

/// The part of the header that is read. Keys and addresses of keys in it (`jwk`, `jku`, `x5u`) are ignored.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

impl<'a> IdToken<'a> {
    pub(super) fn parse(raw: &'a str) -> Result<Self, &'static str> {
        let header = header(raw).ok_or(refusals::MALFORMED)?;
        // Other kinds of tokens identify themselves, for example as `at+jwt` (RFC 8725, 3.11).
        if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(refusals::TYPE);
        }
        // `crit` lists extensions that must be understood, and we understand none.
        if header.crit.is_some() {
            return Err(refusals::MALFORMED);
        }
        let algorithm = Algorithm::from_str(&header.alg).ok().filter(|algorithm| ALLOWED.contains(algorithm));
        Ok(Self { raw, algorithm: algorithm.ok_or(refusals::ALGORITHM)?, kid: header.kid })
    }

    /// Checks the signature, and nothing else.
    pub(super) fn verify(&self, keys: &KeySet) -> Result<Claims, &'static str> {
        let mut signature_only = Validation::new(self.algorithm);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false; // The library asks the machine's clock; `Claims::check` does not.
        signature_only.validate_aud = false;
        let candidates = keys.candidates(self.kid.as_deref(), self.algorithm);
        if candidates.is_empty() {
            return Err(refusals::UNKNOWN_KEY);
        }
        let verified = candidates.into_iter().find_map(|key| {
            let token = decode(self.raw, key.decoding(), &signature_only).ok()?;
            Some(Claims::new(token.claims, key.issuer().map(str::to_owned)))
        });
        verified.ok_or(refusals::SIGNATURE)
    }

    /// Returns the hash of what is signed. The signature itself is not used, because it has other valid variants.
    pub(super) fn evidence(&self) -> SecretHash {
        let signed = self.raw.rsplit_once('.').map_or(self.raw, |(signed, _)| signed);
        SecretHash::of(signed.as_bytes())
    }
}

fn header(raw: &str) -> Option<Header> {
    let (first, rest) = raw.split_once('.')?;
    if raw.len() > MAX_CHARS || rest.matches('.').count() != 1 {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(first).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(raw in "(?s).{0,40}", header in "(?s).{0,40}") {
            let _ = IdToken::parse(&raw);
            let _ = IdToken::parse(&format!("{}.{raw}.", URL_SAFE_NO_PAD.encode(header)));
        }
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        let long = format!("{}.{}.c", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#), "a".repeat(MAX_CHARS));
        for raw in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "\u{1F600}.e30.c", &long] {
            assert_eq!(IdToken::parse(raw).err(), Some(refusals::MALFORMED), "{raw}");
        }
    }
}
