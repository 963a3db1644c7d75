//! Promises of `change` and `delete` about telling the owner.

use auth_domain::accounts::change::{AccountChange, AccountDeletion, Change};
use auth_domain::messages::{Language, MessageBacklog, Notice, NoticeKind, QueuedContent, QueuedMessage};
use auth_domain::profile::Profile;
use chrono::TimeDelta;

use super::change::{everything, find, identity_at, proven, sample_change};
use super::delete::sample_deletion;
use crate::Stores;
use crate::samples::{
    SampleAccount, at, sample_claim, sample_email, sample_password_hash, sample_phone_number, sample_proof,
    sample_send_request, sample_telling, sample_unbinding, sample_username, spelled_username, start,
};

/// A notice goes to every address of the account as it was before, the one that is replaced included and the new one not,
/// in the user's language. It waits like a code, due at once.
pub async fn a_change_tells_every_address_that_was_there_before(stores: Stores) {
    let sample = everything(&stores).await;
    let before = find(&stores, sample.account.id).await;
    let new = proven(sample_email());
    let change = told(sample_change(before.id, vec![Change::Identifier(new.clone())]));
    stores.accounts.change(change.clone()).await.expect("nothing prevents the change");
    let queued = take(&stores).await;
    assert_eq!(queued, sorted(change.messages(&before)), "left: queued, right: as the domain says");
    let told: Vec<_> = queued.iter().map(|message| message.to.kind().name()).collect();
    assert_eq!(told, ["email", "phone_number"], "which addresses were told");
    for message in queued {
        let notice = Notice::about(NoticeKind::ContactChanged, new.identifier.masked());
        assert_eq!(message.content, QueuedContent::Notice(notice), "what was told");
        assert_ne!(message.to, new.identifier, "the new address was told");
        assert_eq!(message.language, Language::Chinese, "the language of the profile");
    }
}

/// Every change to a way in is told under its own name, and no other change is.
pub async fn each_change_to_a_way_in_is_told(stores: Stores) {
    let profile = || Box::new(identity_at("google"));
    for (what, sample, changes, expected) in [
        ("a profile", SampleAccount::new().with_email(), vec![Change::Profile(Profile::default())], vec![]),
        (
            "a first password",
            SampleAccount::new().with_email(),
            vec![Change::FirstPassword(sample_password_hash())],
            vec![NoticeKind::PasswordSet],
        ),
        (
            "another password",
            SampleAccount::new().with_email().with_password(),
            vec![Change::Password(sample_password_hash())],
            vec![NoticeKind::PasswordChanged],
        ),
        (
            "a second address",
            SampleAccount::new().with_email(),
            vec![Change::Identifier(proven(sample_phone_number()))],
            vec![NoticeKind::ContactAdded],
        ),
        (
            "a name and an identity",
            SampleAccount::new().with_email().with_password(),
            vec![
                Change::Identifier(proven(spelled_username(&sample_username()))),
                Change::Bind(profile()),
                Change::Unbind(sample_unbinding(profile().provider, Vec::new())),
            ],
            vec![NoticeKind::IdentityAdded, NoticeKind::UsernameChanged],
        ),
    ] {
        stores.sign_up(&sample).await;
        let change = told(sample_change(sample.account.id, changes));
        stores.accounts.change(change).await.expect("nothing prevents the change");
        let queued = take(&stores).await;
        // They are sorted by kind, in the order of the domain.
        assert_eq!(queued.iter().filter_map(kind_of).collect::<Vec<_>>(), expected, "{what}");
    }
}

/// A change that tells nobody queues nothing, and neither does one that is refused.
pub async fn nobody_is_told_of_what_is_not_to_be_told(stores: Stores) {
    let sample = everything(&stores).await;
    let change = sample_change(sample.account.id, vec![Change::Password(sample_password_hash())]);
    stores.accounts.change(change.clone()).await.expect("nothing prevents the change");
    let unpaid = SampleAccount::new().with_proof(sample_proof()).account.payment;
    let refused = AccountChange { payment: unpaid, ..told(change) };
    assert!(stores.accounts.change(refused).await.is_err(), "a change that an unknown proof pays for");
    assert_eq!(take(&stores).await, [], "messages");
}

/// Of the messages to a deleted account's addresses, only the one about the deletion stays.
pub async fn a_deletion_is_told_at_last(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let before = find(&stores, sample.account.id).await;
    let code = sample_send_request(&before.identifiers[0].identifier, start());
    stores.verifications.request(code).await.expect("the store works");
    let deletion = AccountDeletion { telling: Some(sample_telling()), ..sample_deletion(before.id, None) };
    stores.accounts.delete(deletion.clone()).await.expect("nothing prevents the deletion");
    let backlogs = stores.messages.backlogs().await.expect("the store works");
    assert!(matches!(backlogs[..], [MessageBacklog { are_notices: true, waiting: 1, .. }]), "{backlogs:?}");
    let queued = take(&stores).await;
    assert_eq!(queued, deletion.messages(&before), "left: queued, right: as the domain says");
    assert_eq!(queued.iter().filter_map(kind_of).collect::<Vec<_>>(), [NoticeKind::AccountDeleted], "what was told");
}

/// The same change, of which the owner is told.
fn told(change: AccountChange) -> AccountChange {
    AccountChange { telling: Some(sample_telling()), ..change }
}

fn kind_of(message: &QueuedMessage) -> Option<NoticeKind> {
    match &message.content {
        QueuedContent::Notice(notice) => Some(notice.kind),
        QueuedContent::Code(_) => None,
    }
}

/// Takes every message that is due a minute after the start, and leases it for a year.
async fn take(stores: &Stores) -> Vec<QueuedMessage> {
    let taken = stores.messages.claim_due(sample_claim(at(60), at(60) + TimeDelta::days(365))).await;
    sorted(taken.expect("the store works"))
}

/// No port promises an order of messages that are written at one instant.
fn sorted(mut messages: Vec<QueuedMessage>) -> Vec<QueuedMessage> {
    messages.sort_by_key(|message| (message.to.kind(), kind_of(message)));
    messages
}
