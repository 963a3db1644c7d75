//! Promises of `register`, for users who were anonymous until now.

use auth_domain::access::Scope;
use auth_domain::accounts::change::Change;
use auth_domain::accounts::{Account, AccountIdentifier};
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::profile::Profile;
use auth_domain::proofs::ProofState;
use auth_ports::{Halt, RegisterRefusal, Rotation};

use super::change::sample_change;
use super::register::{assert_spent, expected, sorted};
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{
    SampleAccount, at, sample_begin, sample_email, sample_external_profile, sample_operator, sample_password_hash,
    sample_proof, sample_rotate, sample_session, sample_username, start,
};
use crate::sessions::is_alive;
use crate::{Stores, race};

/// An anonymous user is found by the identifier of their device, which is not shown among their login names.
pub async fn a_device_leads_to_its_anonymous_user(stores: Stores) {
    let anonymous = anonymous(&stores).await;
    assert_eq!(stores.accounts.find_owner(device(&anonymous)).await.expect("it works"), Some(anonymous.account.id));
    let found = stores.accounts.find_by_identifier(device(&anonymous)).await.expect("the store works");
    let found = found.expect("the anonymous user is found by the device");
    assert_eq!((found.id, found.identifiers), (anonymous.account.id, Vec::new()), "id and login names");
}

/// The user keeps the id and the time of creation, and gets everything that a sign-up brings; the device is tied to
/// nobody.
pub async fn an_anonymous_user_signs_up_under_the_same_id(stores: Stores) {
    let anonymous = anonymous(&stores).await;
    let mut sample = SampleAccount::new()
        .with_email()
        .with_username(&sample_username())
        .with_external_identity()
        .with_password()
        .with_profile()
        .of_anonymous(&anonymous);
    sample.account.created_at = at(60);
    stores.sign_up(&sample).await;
    let found = find(&stores, &anonymous).await;
    let as_old = Account { created_at: start(), ..expected(&sample.account) };
    assert_eq!(sorted(found), sorted(as_old), "left: found, right: signed up");
    let owner = stores.accounts.find_owner(device(&anonymous)).await.expect("the store works");
    assert_eq!(owner, None, "the device after the sign-up");
}

/// The sessions of the anonymous user end, so that whoever used the device before has no access to the account.
pub async fn an_anonymous_users_sessions_end_with_the_sign_up(stores: Stores) {
    let anonymous = anonymous(&stores).await;
    let second = sample_session(anonymous.account.id);
    stores.sessions.begin(sample_begin(second.clone())).await.expect("begun");
    let sample = SampleAccount::new().with_email().of_anonymous(&anonymous);
    stores.sign_up(&sample).await;
    for (what, session, expected) in [
        ("first anonymous", &anonymous.account.session, false),
        ("second anonymous", &second, false),
        ("new", &sample.account.session, true),
    ] {
        assert_eq!(is_alive(&stores, session).await, expected, "whether the {what} session is alive");
    }
}

/// Proofs are spent and the event is recorded as for any sign-up.
pub async fn an_anonymous_sign_up_spends_and_records(stores: Stores) {
    let sample = SampleAccount::new().with_email().of_anonymous(&anonymous(&stores).await);
    stores.sign_up(&sample).await;
    assert_spent(&stores, &sample.proofs[0], &sample.account).await;
    assert_recorded(&stores, &sample.account.event).await;
}

/// After the sign-up the device may get another anonymous user.
pub async fn a_device_is_free_after_the_sign_up(stores: Stores) {
    let first = anonymous(&stores).await;
    stores.sign_up(&SampleAccount::new().with_email().of_anonymous(&first)).await;
    let second = SampleAccount::new().with_identifier(device(&first).clone(), None);
    let outcome = stores.try_sign_up(&second).await;
    assert!(outcome.is_ok(), "another anonymous user of the device: {outcome:?}");
}

/// A proven address or a bound identity makes an anonymous user a regular one: nobody is found by the device any
/// more, and the session continues with the scope of a user.
pub async fn a_proven_way_in_makes_an_anonymous_user_permanent(stores: Stores) {
    for change in [
        Change::Identifier(AccountIdentifier {
            identifier: sample_email(),
            verified_at: Some(start()),
            added_at: at(60),
        }),
        Change::Bind(Box::new(sample_external_profile())),
    ] {
        let anonymous = anonymous(&stores).await;
        let user = anonymous.account.id;
        stores.accounts.change(sample_change(user, vec![change.clone()])).await.expect("an active user");
        let owner = stores.accounts.find_owner(device(&anonymous)).await.expect("the store works");
        assert_eq!(owner, None, "the device after {change:?}");
        let rotation = stores.sessions.rotate(sample_rotate(&anonymous.account.session, 0, at(61))).await;
        let rotation = rotation.expect("the store works");
        assert!(matches!(rotation, Rotation::Succeeded { scope: Scope::User, .. }), "{change:?}: {rotation:?}");
        let sample = SampleAccount::new().with_phone_number().of_anonymous(&anonymous);
        let outcome = stores.try_sign_up(&sample).await;
        assert!(
            matches!(outcome, Err(Halt::Refused(RegisterRefusal::UserIdTaken))),
            "not anonymous any more: {outcome:?}"
        );
    }
}

/// A change that proves nothing leaves the user anonymous.
pub async fn an_unproven_change_leaves_an_anonymous_user_anonymous(stores: Stores) {
    let anonymous = anonymous(&stores).await;
    let changes = vec![Change::Profile(Profile::default())];
    stores.accounts.change(sample_change(anonymous.account.id, changes)).await.expect("an active user");
    let owner = stores.accounts.find_owner(device(&anonymous)).await.expect("the store works");
    assert_eq!(owner, Some(anonymous.account.id), "the device");
    let rotation = stores.sessions.rotate(sample_rotate(&anonymous.account.session, 0, at(61))).await;
    let scope = anonymous.account.session.scope;
    assert!(matches!(rotation, Ok(Rotation::Succeeded { scope: now, .. }) if now == scope), "{rotation:?}");
}

/// If there is no such user, or the user is not anonymous, nothing happens.
pub async fn who_is_not_anonymous_does_not_become_a_user(stores: Stores) {
    let named = SampleAccount::new().with_email().with_profile();
    stores.sign_up(&named).await;
    let before = stores.accounts.find(named.account.id).await.expect("the store works");
    for (what, user) in [("unknown", &SampleAccount::anonymous()), ("named", &named)] {
        let sample = SampleAccount::new().with_email().of_anonymous(user);
        let outcome = stores.try_sign_up(&sample).await;
        assert!(matches!(outcome, Err(Halt::Refused(RegisterRefusal::UserIdTaken))), "an {what} user: {outcome:?}");
        assert_signed_up_nobody(&stores, &sample).await;
    }
    let after = stores.accounts.find(named.account.id).await.expect("the store works");
    assert_eq!(after, before, "left: after the refusal, right: before");
    assert!(is_alive(&stores, &named.account.session).await, "a refusal ended a session");
}

/// A refused sign-up leaves the anonymous user unchanged, with their device and session.
pub async fn a_refused_sign_up_leaves_the_anonymous_user(stores: Stores) {
    let anonymous = anonymous(&stores).await;
    let before = find(&stores, &anonymous).await;
    let address = sample_email();
    stores.sign_up(&SampleAccount::new().with_address(address.clone())).await;
    let taken = SampleAccount::new().with_address(address).with_profile().of_anonymous(&anonymous);
    let unproven = SampleAccount::new().with_email().paid_by(&sample_proof()).of_anonymous(&anonymous);
    for (what, sample) in [("a taken address", taken), ("an unknown proof", unproven)] {
        let outcome = stores.try_sign_up(&sample).await;
        let is_refused = match what {
            "a taken address" => {
                matches!(outcome, Err(Halt::Refused(RegisterRefusal::IdentifierTaken(IdentifierKind::EMAIL))))
            }
            _ => matches!(outcome, Err(Halt::Refused(RegisterRefusal::ProofUnusable))),
        };
        assert!(is_refused, "{what}: {outcome:?}");
        assert_signed_up_nobody(&stores, &sample).await;
        assert_eq!(find(&stores, &anonymous).await, before, "left: after {what}, right: before");
        let owner = stores.accounts.find_owner(device(&anonymous)).await.expect("the store works");
        assert_eq!(owner, Some(anonymous.account.id), "the device after {what}");
        assert!(is_alive(&stores, &anonymous.account.session).await, "the session ended because of {what}");
    }
}

/// A repeated sign-up is refused because of the spent proof, which identifies a request whose response was lost.
pub async fn an_anonymous_sign_up_again_hears_of_its_proof(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_password().of_anonymous(&anonymous(&stores).await);
    stores.sign_up(&sample).await;
    let outcome = stores.accounts.register(sample.account).await;
    assert!(matches!(outcome, Err(Halt::Refused(RegisterRefusal::ProofUnusable))), "the same again: {outcome:?}");
}

/// A password that an operator set for the anonymous user is replaced by their own.
pub async fn an_anonymous_user_with_a_password_signs_up(stores: Stores) {
    for sample in [SampleAccount::new().with_email(), SampleAccount::new().with_email().with_password()] {
        let anonymous = anonymous(&stores).await;
        let mut given = sample_change(anonymous.account.id, vec![Change::Password(sample_password_hash())]);
        given.events[0].actor = sample_operator();
        stores.accounts.change(given).await.expect("an operator's change");
        let sample = sample.of_anonymous(&anonymous);
        let outcome = stores.try_sign_up(&sample).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(find(&stores, &anonymous).await.password, sample.account.password, "left: found, right: chosen");
    }
}

/// Of fifty concurrent sign-ups of one anonymous user, each with a different address, one wins.
pub async fn of_fifty_sign_ups_of_one_anonymous_user_one_wins(stores: Stores) {
    let anonymous = anonymous(&stores).await;
    let racers: Vec<_> = (0..50).map(|_| SampleAccount::new().with_email().of_anonymous(&anonymous)).collect();
    for racer in &racers {
        stores.keep_proofs(racer).await;
    }
    let registering = racers.iter().map(|racer| {
        let (accounts, account) = (stores.accounts.clone(), racer.account.clone());
        async move { accounts.register(account).await }
    });
    let mut winners = Vec::new();
    for (outcome, racer) in race(registering).await.into_iter().zip(&racers) {
        match outcome {
            Ok(()) => winners.push(racer),
            Err(error) => {
                assert!(matches!(error, Halt::Refused(RegisterRefusal::UserIdTaken)), "a loser saw {error:?}");
                assert_signed_up_nobody(&stores, racer).await;
            }
        }
    }
    assert_eq!(winners.len(), 1, "exactly one of fifty concurrent sign-ups wins");
    let found = find(&stores, &anonymous).await;
    assert_eq!(found.identifiers, winners[0].account.identifiers, "the account is the winner's own");
}

async fn anonymous(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::anonymous();
    stores.sign_up(&sample).await;
    sample
}

fn device(anonymous: &SampleAccount) -> &Identifier {
    &anonymous.account.identifiers[0].identifier
}

async fn find(stores: &Stores, sample: &SampleAccount) -> Account {
    let found = stores.accounts.find(sample.account.id).await.expect("the store works");
    found.expect("a registered account is found")
}

/// Asserts that the sample owns none of its identifiers, that its session is not alive, that its event is
/// missing, and that its proofs are unspent.
async fn assert_signed_up_nobody(stores: &Stores, sample: &SampleAccount) {
    for held in &sample.account.identifiers {
        let owner = stores.accounts.find_owner(&held.identifier).await.expect("the store works");
        assert_ne!(owner, Some(sample.account.id), "{:?} after a refusal", held.identifier);
    }
    assert!(!is_alive(stores, &sample.account.session).await, "the session of a refused sign-up is alive");
    assert_not_recorded(stores, &sample.account.event).await;
    for proof in &sample.proofs {
        assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Unspent, "a refusal spent a proof");
    }
}
