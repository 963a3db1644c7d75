//! The public part of a key, and the id that follows from it.

use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};

/// The SHA-256 thumbprint of RFC 7638: 43 characters of base64url that depend on nothing but the public key, so that
/// all instances give a key the same name without having to agree.
///
/// # Errors
/// For key types other than EC, OKP, RSA and oct.
pub(crate) fn thumbprint(key: &Jwk) -> Result<String, jsonwebtoken::errors::Error> {
    key.thumbprint(ThumbprintHash::SHA256)
}

/// The key as the key set shows it, named by its thumbprint and meant for signatures only.
///
/// # Errors
/// See [`thumbprint`].
pub(crate) fn named(mut key: Jwk) -> Result<Jwk, jsonwebtoken::errors::Error> {
    key.common.key_id = Some(thumbprint(&key)?);
    key.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_follow_the_examples_of_the_standards() {
        let rfc_7638_3_1 = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        let rfc_8037_a_3 = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        for (key, expected) in [
            (rfc_7638_3_1, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
            (rfc_8037_a_3, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        ] {
            let key: Jwk = serde_json::from_str(key).unwrap();
            assert_eq!(thumbprint(&key).unwrap(), expected);
            assert_eq!(named(key).unwrap().common.key_id.as_deref(), Some(expected));
        }
    }
}
