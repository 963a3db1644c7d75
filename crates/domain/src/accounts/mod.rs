//! Users: the person's record, and the account that gathers all ways to sign in to it.

pub mod change;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Timestamp;
use crate::credentials::PasswordHash;
use crate::external_identities::ExternalIdentity;
use crate::identifier::{Identifier, IdentifierKind};
use crate::profile::Profile;

/// Bits of randomness below the milliseconds.
const RANDOM_BITS: u32 = 21;

/// `sub` on the wire: 63 bits, time-ordered, made without coordination, 19 decimal digits.
///
/// 42 bits of milliseconds since 1970 (until 2109) above 21 random bits. Two users made in the same
/// millisecond clash once in two million pairs; the store notices and the caller draws again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(i64);

impl UserId {
    /// From the instant of creation and random bytes.
    #[must_use]
    pub fn generate(now: Timestamp, random: [u8; 4]) -> Self {
        let random = i64::from(u32::from_be_bytes(random) & ((1 << RANDOM_BITS) - 1));
        Self((now.timestamp_millis() << RANDOM_BITS | random) & i64::MAX)
    }

    /// From a store.
    #[must_use]
    pub fn from_i64(id: i64) -> Self {
        Self(id)
    }

    /// For a store.
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

/// Not a user id.
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
    /// May sign in.
    #[default]
    Active,
    /// An operator closed it; nothing works until it is opened again.
    Blocked,
}

impl UserStatus {
    /// The stored and shown word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Blocked => "BLOCKED",
        }
    }

    /// Reads the stored word.
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
    /// When the user proved to control it.
    pub verified_at: Option<Timestamp>,
}

/// A user with identifiers and credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// Whether it may be used.
    pub status: UserStatus,
    /// What the user says of themselves.
    pub profile: Profile,
    /// At most one of each kind.
    pub identifiers: Vec<AccountIdentifier>,
    /// Third parties' identities bound to it.
    pub external_identities: Vec<ExternalIdentity>,
    /// The password's hash, when there is one.
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

/// An account that an operator makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeAccount {
    /// The user's id.
    pub id: UserId,
    /// Whether it may be used.
    pub status: UserStatus,
    /// Profile.
    pub profile: Profile,
    /// At most one of each kind.
    pub identifiers: Vec<AccountIdentifier>,
    /// The password's hash.
    pub password: Option<PasswordHash>,
    /// When.
    pub created_at: Timestamp,
}

impl Account {
    /// How many ways of signing in remain without third parties: a password with a name to go with
    /// it, and every address that a code can reach.
    #[must_use]
    pub fn ways_in_without_third_parties(&self) -> usize {
        let reachable = self.identifiers.iter().filter(|held| held.verified_at.is_some()).count();
        let with_password = usize::from(self.password.is_some() && !self.identifiers.is_empty());
        reachable + with_password
    }

    /// The identifier of a kind.
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
