//! Identities at third parties: the pair (provider, subject), and nothing a third party says
//! besides, decides whose they are.

use std::fmt;

use thiserror::Error;

use crate::Timestamp;

/// Longest subject; OpenID Connect Core, section 2, allows 255 ASCII characters.
pub const MAX_SUBJECT_CHARS: usize = 255;

/// The operator's name for a third party, the wire's `provider_id`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderId(String);

/// Not the name of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("provider_id must have 1 to 32 lower-case letters, digits, '_' or '-'")]
pub struct ProviderIdError;

impl ProviderId {
    /// Reads a name from settings or from a request.
    ///
    /// # Errors
    /// [`ProviderIdError`] when it holds anything but 1–32 lower-case letters, digits, `_`, `-`.
    pub fn parse(raw: &str) -> Result<Self, ProviderIdError> {
        let fits = (1..=32).contains(&raw.len());
        let spelled = raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if fits && spelled { Ok(Self(raw.to_owned())) } else { Err(ProviderIdError) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a third party proved and reported. Only `provider` and `subject` identify; the rest is for
/// show, an e-mail address included (it never links accounts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalProfile {
    /// Where it was proven.
    pub provider: ProviderId,
    /// The third party's own, stable id of the person.
    pub subject: String,
    /// Name to show.
    pub name: Option<String>,
    /// Address of a picture.
    pub picture: Option<String>,
    /// E-mail address as reported.
    pub email: Option<String>,
    /// Phone number as reported.
    pub phone_number: Option<String>,
}

/// An identity bound to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// What was proven when it was bound.
    pub profile: ExternalProfile,
    /// When it was bound.
    pub bound_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_of_the_documented_spelling_is_accepted_as_it_is(raw in "[a-z0-9_-]{1,32}|[a-z0-9_-]{32}") {
            prop_assert_eq!(ProviderId::parse(&raw).map(|id| id.to_string()), Ok(raw));
        }

        #[test]
        fn no_other_text_is_a_name(
            raw in prop_oneof![
                "[a-z0-9]{0,9}[[:ascii:]&&[^a-z0-9_-]][a-z0-9]{0,9}",
                "[a-z0-9]{0,9}[ +/:@é名٣Ａ][a-z0-9]{0,9}",
                "(?s)[^[:ascii:]].{0,9}",
                "[a-z0-9_-]{33,48}|",
            ],
        ) {
            prop_assert_eq!(ProviderId::parse(&raw), Err(ProviderIdError));
        }
    }
}
