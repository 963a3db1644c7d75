//! Promises of `change` about giving an account back to its owner.

use auth_domain::Timestamp;
use auth_domain::accounts::change::{AccountChange, Change, SessionsToEnd};
use auth_domain::accounts::recovery::Recovery;
use auth_domain::accounts::{Account, UserId};
use auth_domain::credentials::PasswordHash;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::messages::{Notice, NoticeKind, QueuedContent};
use auth_ports::{ChangeRefusal, Halt};
use chrono::TimeDelta;

use super::change::{apply, find, identity_at, proven, sample_change};
use crate::Stores;
use crate::known_devices::knows;
use crate::race::race_both;
use crate::samples::{
    SampleAccount, at, sample_begin, sample_claim, sample_email, sample_password_hash, sample_session, sample_telling,
    sample_username, start,
};
use crate::sessions::is_alive;
use crate::upkeep::sweep;

/// What was added within the window and later than the proven address is removed and free at once; the rest stays, all
/// sessions end, and the notice lists what was removed.
pub async fn a_recovery_removes_what_was_added_later(stores: Stores) {
    let (sample, thief) = robbed(&stores).await;
    let session = sample_session(sample.account.id);
    stores.sessions.begin(sample_begin(session.clone())).await.expect("begun");
    let owner = phone_of(&sample);
    let recovery = recovery(sample.account.id, &owner, at(30));
    let before = find(&stores, sample.account.id).await;
    stores.accounts.change(recovery.clone()).await.expect("nothing prevents the recovery");
    let account = find(&stores, sample.account.id).await;
    let kinds: Vec<_> = account.identifiers.iter().map(|held| held.identifier.kind()).collect();
    assert_eq!(kinds, [IdentifierKind::PHONE_NUMBER, IdentifierKind::USERNAME], "identifiers that stay");
    assert_eq!(account.external_identities, [], "identities that stay");
    assert!(!is_alive(&stores, &session).await, "a session goes on");
    assert_is_free(&stores, &thief).await;
    let told = recovery.messages(&before);
    let listed = QueuedContent::Notice(Notice {
        kind: NoticeKind::AccountRecovered,
        about: vec![thief.masked(), "google".to_owned()],
    });
    assert!(told.len() == 2 && told.iter().all(|message| message.content == listed), "{told:?}");
    let queued =
        stores.messages.claim_due(sample_claim(at(60), at(60) + TimeDelta::days(1))).await.expect("the store works");
    assert_eq!(queued.len(), told.len(), "notices to the owner and to whom was removed");
}

/// What was added before the window, or before the proven address, stays.
pub async fn a_recovery_spares_what_is_older(stores: Stores) {
    for (what, by, since, identities) in [
        ("before the window", IdentifierKind::PHONE_NUMBER, at(50), 1),
        ("by the newer address, of which the identity is later", IdentifierKind::EMAIL, start(), 0),
    ] {
        let (sample, _) = robbed(&stores).await;
        let before = find(&stores, sample.account.id).await;
        let address = before.identifier(by).expect("they have it").identifier.clone();
        stores.accounts.change(recovery(before.id, &address, since)).await.expect("nothing prevents it");
        let after = find(&stores, before.id).await;
        assert_eq!(names(&after), names(&before), "{what}");
        assert_eq!(after.external_identities.len(), identities, "{what}");
    }
}

/// A device that a thief signed in with is not known any more, whether its session is still kept or not.
pub async fn a_recovery_forgets_devices(stores: Stores) {
    let (sample, _) = robbed(&stores).await;
    let user = sample.account.id;
    let signed_up_with = sample.account.session.origin.device.clone().expect("samples name a device");
    let mut swept = sample_session(user);
    swept.expires_at = at(55);
    stores.sessions.begin(sample_begin(swept.clone())).await.expect("begun");
    sweep(&stores, at(56), 10).await;
    let devices = [signed_up_with, swept.origin.device.expect("samples name a device")];
    for device in &devices {
        assert!(knows(&stores, user, device, start()).await, "before the recovery");
    }
    stores.accounts.change(recovery(user, &phone_of(&sample), at(30))).await.expect("nothing prevents the recovery");
    for device in &devices {
        assert!(!knows(&stores, user, device, start()).await, "after the recovery");
    }
}

/// An address that the account does not have any more recovers nothing, and sets no password.
pub async fn a_recovery_by_an_address_that_is_gone_is_refused(stores: Stores) {
    let (sample, _) = robbed(&stores).await;
    let before = find(&stores, sample.account.id).await;
    let outcome = stores.accounts.change(recovery(before.id, &sample_email(), at(30))).await;
    assert!(matches!(outcome, Err(Halt::Refused(ChangeRefusal::NoAccount))), "{outcome:?}");
    assert_eq!(find(&stores, before.id).await, before, "left: found, right: as it was");
}

/// The owner and a thief reset at once, each by their own address: the older address prevails, whoever comes last.
pub async fn of_two_recoveries_at_once_the_older_address_prevails(stores: Stores) {
    for round in 0..20 {
        let (sample, thief) = robbed(&stores).await;
        let user = sample.account.id;
        let (owners, thiefs) = (recovery(user, &phone_of(&sample), at(30)), recovery(user, &thief, at(30)));
        let password = password_of(&owners);
        let (first, second) = (stores.accounts.clone(), stores.accounts.clone());
        let (owned, stolen) =
            race_both(async move { first.change(owners).await }, async move { second.change(thiefs).await }).await;
        assert!(owned.is_ok(), "round {round}: the owner: {owned:?}");
        let is_fine = matches!(stolen, Ok(()) | Err(Halt::Refused(ChangeRefusal::NoAccount)));
        assert!(is_fine, "round {round}: the thief: {stolen:?}");
        let account = find(&stores, user).await;
        assert_eq!(account.password, password, "round {round}: whose password it is");
        assert!(!names(&account).contains(&thief), "round {round}: the thief's address stays");
    }
}

/// An identifier is as old as its first addition: proving it or writing it in another way makes it no younger.
pub async fn an_identifier_keeps_its_age(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_username("Ann.of.old");
    stores.sign_up(&sample).await;
    let [email, _] = [0, 1].map(|place| sample.account.identifiers[place].clone());
    let changes = vec![Change::Identifier(proven(email.identifier.clone())), Change::Proven(email.identifier)];
    apply(&stores, &sample, changes).await.expect("nothing prevents the change");
    let account = find(&stores, sample.account.id).await;
    assert!(account.identifiers.iter().all(|held| held.added_at == start()), "{account:?}");
}

/// An account with a phone number and a username, to which somebody added an e-mail address at second 40, and an identity
/// at second 50. Returns that address, too.
async fn robbed(stores: &Stores) -> (SampleAccount, Identifier) {
    let sample = SampleAccount::new().with_phone_number().with_username(&sample_username()).with_password();
    stores.sign_up(&sample).await;
    let thief = sample_email();
    let mut held = proven(thief.clone());
    held.added_at = at(40);
    for (second, change) in [(40, Change::Identifier(held)), (50, Change::Bind(Box::new(identity_at("google"))))] {
        let change = AccountChange { at: at(second), ..sample_change(sample.account.id, vec![change]) };
        stores.accounts.change(change).await.expect("nothing prevents the change");
    }
    (sample, thief)
}

fn recovery(user: UserId, address: &Identifier, since: Timestamp) -> AccountChange {
    let changes = vec![
        Change::Password(sample_password_hash()),
        Change::Proven(address.clone()),
        Change::Recover(Recovery { address: address.clone(), since }),
    ];
    AccountChange { end_sessions: SessionsToEnd::All, telling: Some(sample_telling()), ..sample_change(user, changes) }
}

fn password_of(change: &AccountChange) -> Option<PasswordHash> {
    change.changes.iter().find_map(|change| match change {
        Change::Password(hash) => Some(hash.clone()),
        _ => None,
    })
}

fn phone_of(sample: &SampleAccount) -> Identifier {
    sample.account.identifiers[0].identifier.clone()
}

fn names(account: &Account) -> Vec<Identifier> {
    account.identifiers.iter().map(|held| held.identifier.clone()).collect()
}

async fn assert_is_free(stores: &Stores, address: &Identifier) {
    let owner = stores.accounts.find_owner(address).await.expect("the store works");
    assert_eq!(owner, None, "owner of what was removed");
    let next = SampleAccount::new().with_address(address.clone());
    assert!(stores.try_sign_up(&next).await.is_ok(), "what was removed is free");
}
