//! Giving an account back to its owner, who proves an address of it with a code.

use crate::Timestamp;
use crate::accounts::{Account, AccountIdentifier};
use crate::external_identities::ExternalIdentity;
use crate::identifier::Identifier;

/// What a reset with a code undoes. Whoever got in meanwhile may have added ways to sign in, and setting another password
/// would not keep them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The address whose control was proven.
    pub address: Identifier,
    /// What was added at this instant or before stays, whoever added it.
    pub since: Timestamp,
}

/// The ways to sign in that a recovery removes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddedLately {
    /// Addresses.
    pub identifiers: Vec<AccountIdentifier>,
    /// Identities at third parties.
    pub identities: Vec<ExternalIdentity>,
}

impl Recovery {
    /// Returns the ways to sign in that were added after `since` *and* later than the proven address; `None` if the
    /// account does not have that address, so that nobody recovers an account by an address that was just removed from
    /// it.
    ///
    /// An older address therefore prevails over a newer one, whoever resets last: somebody who added an address of their
    /// own cannot remove the owner's with it. Names that are merely chosen stay, because they are worth nothing without
    /// the password, which is replaced.
    #[must_use]
    pub fn removes(&self, account: &Account) -> Option<AddedLately> {
        let own = account.identifiers.iter().find(|held| held.identifier == self.address)?;
        let is_late = |at: Timestamp| at > self.since && at > own.added_at;
        let identifiers =
            account.identifiers.iter().filter(|held| held.verified_at.is_some() && is_late(held.added_at));
        let identities = account.external_identities.iter().filter(|bound| is_late(bound.bound_at));
        Some(AddedLately { identifiers: identifiers.cloned().collect(), identities: identities.cloned().collect() })
    }
}

impl AddedLately {
    /// Returns what an owner recognises them by: masked addresses, and the operator's names of third parties.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        let identifiers = self.identifiers.iter().map(|held| held.identifier.masked());
        identifiers.chain(self.identities.iter().map(|bound| bound.profile.provider.to_string())).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::accounts::{UserId, UserStatus};
    use crate::external_identities::{ExternalProfile, ProviderId};
    use crate::identifier::IdentifierKind;
    use crate::profile::Profile;

    const NOW: i64 = 100;

    fn day(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn name(kind: IdentifierKind) -> Identifier {
        Identifier::from_parts(kind, format!("a-{kind}"), format!("A-{kind}"))
    }

    /// An account with a phone number, an e-mail address, a username, and an identity, added on these days.
    fn account([phone, email, username, identity]: [i64; 4]) -> Account {
        let held = |kind, added: i64, is_proven: bool| AccountIdentifier {
            identifier: name(kind),
            verified_at: is_proven.then(|| day(added)),
            added_at: day(added),
        };
        let profile = ExternalProfile {
            provider: ProviderId::parse("github").expect("a provider"),
            subject: "42".to_owned(),
            name: None,
            picture: None,
            email: None,
            phone_number: None,
        };
        Account {
            id: UserId::from_i64(1),
            status: UserStatus::Active,
            profile: Profile::default(),
            identifiers: vec![
                held(IdentifierKind::PHONE_NUMBER, phone, true),
                held(IdentifierKind::EMAIL, email, true),
                held(IdentifierKind::USERNAME, username, false),
            ],
            external_identities: vec![ExternalIdentity { profile, bound_at: day(identity) }],
            password: None,
            created_at: day(0),
            updated_at: day(0),
            password_updated_at: None,
            last_sign_in_at: None,
        }
    }

    fn removed(added: [i64; 4], by: IdentifierKind) -> Option<Vec<String>> {
        let recovery = Recovery { address: name(by), since: day(NOW - 30) };
        recovery.removes(&account(added)).map(|late| late.shown())
    }

    #[test]
    fn what_was_added_lately_and_later_than_the_address_is_removed() {
        let (phone, email) = (IdentifierKind::PHONE_NUMBER, IdentifierKind::EMAIL);
        let masked = |kind| name(kind).masked();
        for (what, added, by, gone) in [
            ("all from the beginning", [99, 99, 99, 99], phone, vec![]),
            ("an address and an identity of yesterday", [0, 99, 99, 99], phone, vec![masked(email), "github".into()]),
            ("by what a thief added", [0, 99, 0, 98], email, vec![]),
            ("by what a thief added before something else", [0, 98, 0, 99], email, vec!["github".into()]),
            ("added 30 days ago", [0, 70, 0, 71], phone, vec!["github".into()]),
            ("added in the future, by a clock that ran ahead", [0, 900, 0, 0], phone, vec![masked(email)]),
        ] {
            assert_eq!(removed(added, by), Some(gone), "{what}");
        }
        assert_eq!(removed([0, 99, 99, 99], IdentifierKind::new("employee_number")), None, "not their address");
    }
}
