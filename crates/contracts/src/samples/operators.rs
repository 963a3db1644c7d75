//! What operators create.

use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserId, UserStatus};
use auth_domain::admin::{AdminKey, AdminScope};
use auth_domain::client_keys::{ClientKey, PublishableKey};
use auth_domain::secret_bytes::SecretHash;
use uuid::Uuid;

use super::{
    sample_client, sample_email, sample_password_hash, sample_profile, sample_username, spelled_username, start,
    unique_bytes,
};

/// An account with every part, none of which anybody else has.
#[must_use]
pub fn sample_made_account() -> MadeAccount {
    MadeAccount {
        id: UserId::generate(start(), unique_bytes()),
        status: UserStatus::Active,
        profile: sample_profile(),
        identifiers: vec![
            AccountIdentifier { identifier: sample_email(), verified_at: Some(start()), added_at: start() },
            AccountIdentifier {
                identifier: spelled_username(&sample_username()),
                verified_at: None,
                added_at: start(),
            },
        ],
        password: Some(sample_password_hash()),
        created_at: start(),
    }
}

/// A live key that may do everything.
#[must_use]
pub fn sample_admin_key() -> AdminKey {
    AdminKey {
        id: Uuid::from_bytes(unique_bytes()),
        name: "sample-key".into(),
        hash: SecretHash::of(&unique_bytes::<32>()),
        scopes: vec![AdminScope::Read, AdminScope::Write],
        created_at: start(),
        expires_at: None,
        revoked_at: None,
    }
}

/// A live publishable key of the sample client.
#[must_use]
pub fn sample_client_key() -> ClientKey {
    let key = PublishableKey::new(unique_bytes());
    ClientKey { key, client: sample_client(), created_at: start(), revoked_at: None }
}
