//! How tokens are signed. Each key has one algorithm, which never changes (RFC 8725, 3.1).

/// A signature algorithm of RFC 7518 or RFC 8037. Symmetric ones and `none` cannot be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256. Tokens are short, and every verifier knows it.
    #[default]
    Es256,
    /// Ed25519, the fastest.
    EdDsa,
    /// RSA (PKCS#1 v1.5) with SHA-256 and keys of 2048 to 8192 bits, for verifiers that know nothing else.
    Rs256,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// The name in settings, in headers (`alg`) and in the key set.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// Reads the name, exactly as [`Algorithm::name`] spells it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(crate) fn jwa(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_no_others() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(serde_json::json!(algorithm.jwa()), algorithm.name());
        }
        for name in ["none", "HS256", "es256", "ES384", "PS256", ""] {
            assert_eq!(Algorithm::from_name(name), None, "{name}");
        }
    }
}
