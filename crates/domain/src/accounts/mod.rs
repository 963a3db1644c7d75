//! Users: a person's record, and the account that brings together all ways to sign in to it.

pub mod change;
mod notices;
pub mod recovery;
pub mod telling;
pub mod ways_in;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Timestamp;
use crate::credentials::PasswordHash;
use crate::external_identities::ExternalIdentity;
use crate::identifier::{Identifier, IdentifierKind};
use crate::profile::Profile;

/// The number of random bits below the milliseconds.
const RANDOM_BITS: u32 = 21;

/// A user's id (`sub` on the wire): 63 bits, time-ordered, made without coordination, 19 decimal digits.
///
/// It consists of 42 bits of milliseconds since 1970 (until 2109) above 21 random bits. Of two million pairs of
/// users created in the same millisecond, one clashes; the store notices and the caller draws again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(i64);

impl UserId {
    /// Makes an id from the instant of creation and random bytes.
    #[must_use]
    pub fn generate(now: Timestamp, random: [u8; 4]) -> Self {
        let random = i64::from(u32::from_be_bytes(random) & ((1 << RANDOM_BITS) - 1));
        Self((now.timestamp_millis() << RANDOM_BITS | random) & i64::MAX)
    }

    /// Restores an id from its stored form.
    #[must_use]
    pub const fn from_i64(id: i64) -> Self {
        Self(id)
    }

    /// The form that a store keeps.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:019}", self.0)
    }
}

/// The text is not a user id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("must be a user id of 19 digits")]
pub struct UserIdError;

impl FromStr for UserId {
    type Err = UserIdError;

    fn from_str(text: &str) -> Result<Self, UserIdError> {
        let digits = text.len() == 19 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Self)).flatten().ok_or(UserIdError)
    }
}

/// Whether the account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserStatus {
    /// The user may sign in.
    #[default]
    Active,
    /// An operator blocked the account; nothing works until it is unblocked.
    Blocked,
}

impl UserStatus {
    /// The status's name, as it is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Blocked => "BLOCKED",
        }
    }

    /// Finds the status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Blocked].into_iter().find(|status| status.name() == name)
    }
}

/// An identifier in an account, and when control of it was proven (never, for a chosen name).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountIdentifier {
    /// The login name.
    pub identifier: Identifier,
    /// When the user proved control of it.
    pub verified_at: Option<Timestamp>,
    /// When it became part of the account. Proving it, or writing it in another way, is no addition.
    pub added_at: Timestamp,
}

/// A user with identifiers and credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// Whether the account may be used.
    pub status: UserStatus,
    /// What the user says about themselves.
    pub profile: Profile,
    /// The login names, at most one of each kind.
    pub identifiers: Vec<AccountIdentifier>,
    /// The third-party identities that are bound to the account.
    pub external_identities: Vec<ExternalIdentity>,
    /// The password's hash, if there is one.
    pub password: Option<PasswordHash>,
    /// When the user signed up.
    pub created_at: Timestamp,
    /// When anything in the account last changed.
    pub updated_at: Timestamp,
    /// When the password was last set.
    pub password_updated_at: Option<Timestamp>,
    /// When the user last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

/// An account that an operator creates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeAccount {
    /// The user's id.
    pub id: UserId,
    /// Whether the account may be used.
    pub status: UserStatus,
    /// What the operator says about the user.
    pub profile: Profile,
    /// The login names, at most one of each kind.
    pub identifiers: Vec<AccountIdentifier>,
    /// The password's hash, if there is one.
    pub password: Option<PasswordHash>,
    /// When the account was created.
    pub created_at: Timestamp,
}

impl Account {
    /// The account's identifier of this kind.
    #[must_use]
    pub fn identifier(&self, kind: IdentifierKind) -> Option<&AccountIdentifier> {
        self.identifiers.iter().find(|held| held.identifier.kind() == kind)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_have_19_digits_and_follow_time(millis in 1_700_000_000_000_i64..4_390_000_000_000, random: [u8; 4]) {
            let at = |ms| DateTime::from_timestamp_millis(ms).expect("in range");
            let id = UserId::generate(at(millis), random);
            prop_assert_eq!(id.to_string().len(), 19);
            prop_assert_eq!(id.to_string().parse::<UserId>(), Ok(id));
            prop_assert!(UserId::generate(at(millis + 1), [0; 4]) > id);
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,30}|[0-9]{19}") {
            let _ = text.parse::<UserId>();
        }
    }
}
