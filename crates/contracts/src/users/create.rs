//! Promises of `create`.

use auth_domain::accounts::{MadeAccount, UserStatus};
use auth_domain::identifier::IdentifierKind;
use auth_domain::profile::Profile;
use auth_ports::{CreateRefusal, Halt};

use super::made::{assert_not_stored, assert_owns_nothing, assert_stored, created, find};
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{SampleAccount, sample_made_account, start};
use crate::{Stores, race};

/// An account is found as it was created, with every part.
pub async fn creates_an_account_with_every_part(stores: Stores) {
    let made = sample_made_account();
    create(&stores, &made).await.expect("nothing clashes with it");
    assert_stored(&stores, &made).await;
}

/// Identifiers, password and profile may all be missing.
pub async fn creates_a_bare_account(stores: Stores) {
    let made =
        MadeAccount { identifiers: Vec::new(), password: None, profile: Profile::default(), ..sample_made_account() };
    create(&stores, &made).await.expect("nothing clashes with it");
    assert_stored(&stores, &made).await;
}

/// The operator chooses the status.
pub async fn creates_a_blocked_account(stores: Stores) {
    let made = MadeAccount { status: UserStatus::Blocked, ..sample_made_account() };
    create(&stores, &made).await.expect("nothing clashes with it");
    assert_stored(&stores, &made).await;
}

/// Creating an account does not sign anybody in.
pub async fn a_creation_begins_no_session(stores: Stores) {
    let made = sample_made_account();
    create(&stores, &made).await.expect("nothing clashes with it");
    let sessions = stores.sessions.list(made.id, start()).await.expect("the store works");
    assert!(sessions.is_empty(), "sessions of an account that an operator created: {sessions:?}");
}

/// The event is recorded.
pub async fn a_creation_records_its_event(stores: Stores) {
    let event = created();
    stores.users.create(sample_made_account(), event.clone()).await.expect("nothing clashes with it");
    assert_recorded(&stores, &event).await;
}

/// The refusal names the kind of the identifier that somebody has, and nothing is stored.
pub async fn a_creation_with_a_taken_identifier_is_refused(stores: Stores) {
    let owner = sample_made_account();
    create(&stores, &owner).await.expect("nothing clashes with it");
    for (place, kind) in [(0, IdentifierKind::EMAIL), (1, IdentifierKind::USERNAME)] {
        let mut rival = sample_made_account();
        rival.identifiers[place] = owner.identifiers[place].clone();
        let event = created();
        let outcome = stores.users.create(rival.clone(), event.clone()).await;
        let names_it = matches!(outcome, Err(Halt::Refused(CreateRefusal::IdentifierTaken(taken))) if taken == kind);
        assert!(names_it, "{kind} is taken, but the outcome was {outcome:?}");
        assert_not_stored(&stores, &rival).await;
        assert_not_recorded(&stores, &event).await;
    }
    assert_stored(&stores, &owner).await;
}

/// A clash of user ids changes nothing, and the account can then be created under another id.
pub async fn a_creation_with_a_user_id_in_use_is_refused(stores: Stores) {
    let owner = SampleAccount::new().with_email();
    stores.sign_up(&owner).await;
    let before = find(&stores, owner.account.id).await;
    let mut rival = MadeAccount { id: owner.account.id, ..sample_made_account() };
    let event = created();
    let outcome = stores.users.create(rival.clone(), event.clone()).await;
    assert!(matches!(outcome, Err(Halt::Refused(CreateRefusal::UserIdTaken))), "a user id in use: {outcome:?}");
    assert_eq!(find(&stores, owner.account.id).await, before, "left: after the clash, right: before");
    assert_owns_nothing(&stores, &rival).await;
    assert_not_recorded(&stores, &event).await;
    rival.id = sample_made_account().id;
    let outcome = stores.users.create(rival, event).await;
    assert!(outcome.is_ok(), "with another id: {outcome:?}");
}

/// Account and event are stored together: neither is stored without the other.
pub async fn an_event_that_cannot_be_recorded_creates_nothing(stores: Stores) {
    let (made, event) = (sample_made_account(), created());
    stores.events.record(event.clone()).await.expect("recorded");
    let outcome = stores.users.create(made.clone(), event).await;
    assert!(matches!(outcome, Err(Halt::Failed(_))), "an event that is there already: {outcome:?}");
    assert_not_stored(&stores, &made).await;
}

/// Of fifty concurrent creations with one name, half of them with their parts in another order, one wins.
pub async fn of_fifty_creations_with_one_name_one_wins(stores: Stores) {
    let claims = sample_made_account().identifiers;
    let racers: Vec<_> = (0..50)
        .map(|n| {
            let mut made = MadeAccount { identifiers: claims.clone(), ..sample_made_account() };
            made.identifiers.rotate_left(n % 2);
            made
        })
        .collect();
    let creating = racers.iter().cloned().map(|made| {
        let users = stores.users.clone();
        async move { users.create(made, created()).await }
    });
    let mut winners = Vec::new();
    for (outcome, racer) in race(creating).await.into_iter().zip(&racers) {
        match outcome {
            Ok(()) => winners.push(racer),
            Err(error) => {
                assert!(matches!(error, Halt::Refused(CreateRefusal::IdentifierTaken(_))), "a loser saw {error:?}");
                assert_not_stored(&stores, racer).await;
            }
        }
    }
    assert_eq!(winners.len(), 1, "exactly one of fifty concurrent creations wins");
    assert_stored(&stores, winners[0]).await;
}

async fn create(stores: &Stores, made: &MadeAccount) -> Result<(), Halt<CreateRefusal>> {
    stores.users.create(made.clone(), created()).await
}
