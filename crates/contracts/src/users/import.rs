//! Promises of `import`.

use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserStatus};
use auth_domain::identifier::IdentifierKind;
use auth_domain::profile::Profile;
use auth_ports::ImportOutcome;

use super::made::{assert_not_stored, assert_owns_nothing, assert_stored, created, find};
use crate::Stores;
use crate::events::assert_recorded;
use crate::race::race_both;
use crate::samples::{SampleAccount, sample_made_account, sample_username, spelled_username, start};

use ImportOutcome::{IdentifierTaken, Imported, UserIdTaken};

/// Accounts are found as they were imported: full ones, bare ones, blocked ones.
pub async fn imports_every_part(stores: Stores) {
    let bare =
        MadeAccount { identifiers: Vec::new(), password: None, profile: Profile::default(), ..sample_made_account() };
    let blocked = MadeAccount { status: UserStatus::Blocked, ..sample_made_account() };
    let batch = [sample_made_account(), bare, blocked, sample_made_account()];
    assert_eq!(import(&stores, &batch).await, [Imported; 4], "accounts that clash with nobody");
    for made in &batch {
        assert_stored(&stores, made).await;
    }
}

/// An empty batch can be imported.
pub async fn imports_an_empty_batch(stores: Stores) {
    assert_eq!(import(&stores, &[]).await, [], "outcomes of an empty batch");
}

/// The event is recorded.
pub async fn an_import_records_its_event(stores: Stores) {
    let event = created();
    stores.users.import(vec![sample_made_account()], event.clone()).await.expect("the store works");
    assert_recorded(&stores, &event).await;
}

/// An account whose identifier somebody has is skipped, and the outcome names the kind; case does not matter.
pub async fn skips_accounts_whose_identifiers_somebody_has(stores: Stores) {
    let username = sample_username();
    let owner = SampleAccount::new().with_email().with_username(&username);
    stores.sign_up(&owner).await;
    let (mut same_email, mut same_name) = (sample_made_account(), sample_made_account());
    same_email.identifiers[0] = owner.account.identifiers[0].clone();
    same_name.identifiers[1].identifier = spelled_username(&username.to_uppercase());
    let batch = [same_email, sample_made_account(), same_name];
    let expected = [IdentifierTaken(IdentifierKind::EMAIL), Imported, IdentifierTaken(IdentifierKind::USERNAME)];
    assert_eq!(import(&stores, &batch).await, expected, "two whose identifiers somebody has");
    assert_stored(&stores, &batch[1]).await;
    for skipped in [&batch[0], &batch[2]] {
        assert_not_stored(&stores, skipped).await;
    }
}

/// An account whose id is in use is skipped, and the account that has the id stays as it is.
pub async fn skips_accounts_whose_ids_are_in_use(stores: Stores) {
    let owner = SampleAccount::new().with_email();
    stores.sign_up(&owner).await;
    let before = find(&stores, owner.account.id).await;
    let batch = [MadeAccount { id: owner.account.id, ..sample_made_account() }, sample_made_account()];
    assert_eq!(import(&stores, &batch).await, [UserIdTaken, Imported], "one whose id is in use");
    assert_eq!(find(&stores, owner.account.id).await, before, "left: after the import, right: before");
    assert_owns_nothing(&stores, &batch[0]).await;
}

/// If several accounts of one batch claim an identifier, the first gets it.
pub async fn the_first_of_a_batch_that_claims_an_identifier_has_it(stores: Stores) {
    let first = sample_made_account();
    let (mut same_email, mut same_name) = (sample_made_account(), sample_made_account());
    same_email.identifiers[0] = first.identifiers[0].clone();
    same_name.identifiers[1] = first.identifiers[1].clone();
    let batch = [first, same_name, same_email];
    let expected = [Imported, IdentifierTaken(IdentifierKind::USERNAME), IdentifierTaken(IdentifierKind::EMAIL)];
    assert_eq!(import(&stores, &batch).await, expected, "three that claim two identifiers");
    assert_stored(&stores, &batch[0]).await;
    for skipped in &batch[1..] {
        assert_not_stored(&stores, skipped).await;
    }
}

/// If several accounts of one batch claim an id, the first gets it.
pub async fn the_first_of_a_batch_that_claims_an_id_has_it(stores: Stores) {
    let first = sample_made_account();
    let batch = [first.clone(), MadeAccount { id: first.id, ..sample_made_account() }];
    assert_eq!(import(&stores, &batch).await, [Imported, UserIdTaken], "two that claim one id");
    assert_stored(&stores, &first).await;
    assert_owns_nothing(&stores, &batch[1]).await;
}

/// Whatever happens to an account, its outcome is at the same position.
pub async fn tells_an_outcome_for_each_in_order(stores: Stores) {
    let owner = sample_made_account();
    stores.users.create(owner.clone(), created()).await.expect("nothing clashes with it");
    let (mut batch, mut expected) = (Vec::new(), Vec::new());
    for n in 0..40 {
        let mut made = sample_made_account();
        expected.push(match n % 4 {
            0 => {
                made.identifiers[0] = owner.identifiers[0].clone();
                IdentifierTaken(IdentifierKind::EMAIL)
            }
            1 => {
                made.id = owner.id;
                UserIdTaken
            }
            _ => Imported,
        });
        batch.push(made);
    }
    assert_eq!(import(&stores, &batch).await, expected, "outcomes, in the order of the accounts");
    for (made, outcome) in batch.iter().zip(&expected) {
        match outcome {
            Imported => assert_stored(&stores, made).await,
            _ => assert_owns_nothing(&stores, made).await,
        }
    }
    assert_stored(&stores, &owner).await;
}

/// What a skipped account did not get stays free: its id, and those of its identifiers that nobody had.
pub async fn a_skipped_account_leaves_nothing_behind(stores: Stores) {
    let owner = sample_made_account();
    stores.users.create(owner.clone(), created()).await.expect("nothing clashes with it");
    let mut skipped = sample_made_account();
    skipped.identifiers[1] = owner.identifiers[1].clone();
    let expected = [IdentifierTaken(IdentifierKind::USERNAME)];
    assert_eq!(import(&stores, std::slice::from_ref(&skipped)).await, expected, "a taken name");
    assert_not_stored(&stores, &skipped).await;
    skipped.identifiers[1] =
        AccountIdentifier { identifier: spelled_username(&sample_username()), verified_at: None, added_at: start() };
    assert_eq!(import(&stores, std::slice::from_ref(&skipped)).await, [Imported], "the same account with another name");
    assert_stored(&stores, &skipped).await;
}

/// An import is one transaction: if the event cannot be recorded, no account is stored.
pub async fn an_import_that_fails_stores_nothing(stores: Stores) {
    let (batch, event) = ([sample_made_account(), sample_made_account()], created());
    stores.events.record(event.clone()).await.expect("recorded");
    let outcome = stores.users.import(batch.to_vec(), event).await;
    assert!(outcome.is_err(), "an event id in use: {outcome:?}");
    for made in &batch {
        assert_not_stored(&stores, made).await;
    }
}

/// Two batches with the same names in opposite orders are imported concurrently: each name has one owner, and
/// an account that was reported as imported is found complete.
pub async fn imports_at_once_share_no_name(stores: Stores) {
    let one: Vec<_> = (0..50).map(|_| sample_made_account()).collect();
    let other: Vec<_> = one
        .iter()
        .rev()
        .map(|made| MadeAccount { identifiers: made.identifiers.clone(), ..sample_made_account() })
        .collect();
    let (first, second) = (stores.clone(), stores.clone());
    let (batch, rivals) = (one.clone(), other.clone());
    let (outcomes, rival_outcomes) =
        race_both(async move { import(&first, &batch).await }, async move { import(&second, &rivals).await }).await;
    for (place, (made, outcome)) in one.iter().zip(&outcomes).enumerate() {
        let (rival, rival_outcome) = (&other[49 - place], rival_outcomes[49 - place]);
        let (winner, loser) = match (outcome, rival_outcome) {
            (Imported, IdentifierTaken(_)) => (made, rival),
            (IdentifierTaken(_), Imported) => (rival, made),
            both => panic!("exactly one of two with one name is imported, but {both:?}"),
        };
        assert_stored(&stores, winner).await;
        assert_not_stored(&stores, loser).await;
    }
}

/// A thousand accounts in one batch.
pub async fn imports_many_at_a_time(stores: Stores) {
    let batch: Vec<_> = (0..1_000).map(|_| sample_made_account()).collect();
    assert_eq!(import(&stores, &batch).await, [Imported; 1_000], "accounts that clash with nobody");
    for made in batch.iter().step_by(97) {
        assert_stored(&stores, made).await;
    }
}

async fn import(stores: &Stores, batch: &[MadeAccount]) -> Vec<ImportOutcome> {
    stores.users.import(batch.to_vec(), created()).await.expect("the store works")
}
