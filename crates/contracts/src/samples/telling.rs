//! How owners are told.

use auth_domain::accounts::telling::Telling;
use auth_domain::identifier::IdentifierKind;
use auth_domain::messages::{Channel, Language};

use super::unique_bytes;

/// Owners are told by text message and by e-mail; the request was in English.
#[must_use]
pub fn sample_telling() -> Telling {
    Telling {
        seed: unique_bytes(),
        language: Some(Language::English),
        channels: vec![(IdentifierKind::PHONE_NUMBER, Channel::SMS), (IdentifierKind::EMAIL, Channel::EMAIL)],
    }
}
