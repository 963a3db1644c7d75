//! People who are about to become users.

use auth_domain::accounts::UserId;
use auth_ports::UserToBe;

use super::{
    sample_email, sample_external_profile, sample_origin, sample_phone_number, sample_profile, start, unique_bytes,
};

/// Somebody about whom everything is known.
#[must_use]
pub fn sample_user_to_be() -> UserToBe {
    UserToBe {
        anonymous: Some(UserId::generate(start(), unique_bytes())),
        identifiers: vec![sample_email(), sample_phone_number()],
        external: Some(sample_external_profile()),
        profile: sample_profile(),
        scenario: "third_party".to_owned(),
        origin: sample_origin(),
        at: start(),
    }
}
