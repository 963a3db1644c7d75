//! Promises of `change`, with many concurrent calls.

use auth_domain::accounts::AccountIdentifier;
use auth_domain::accounts::change::{AccountChange, Change};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::proofs::ProofState;
use auth_ports::{ChangeRefusal, Halt, RegisterRefusal};

use super::change::{find, identity_at, proven, sample_change, stored_proof};
use crate::race::race_both;
use crate::samples::{
    SampleAccount, at, pay_with, sample_email, sample_password_hash, sample_phone_number, sample_profile,
    sample_unbinding, sample_username, spelled_username,
};
use crate::{Stores, race};

/// Of fifty accounts that want one name, one gets it.
pub async fn of_fifty_changes_to_one_name_one_wins(stores: Stores) {
    let name = named(&sample_username());
    let mut changes = Vec::new();
    for _ in 0..50 {
        changes.push(sample_change(with_email(&stores).await.account.id, vec![Change::Identifier(name.clone())]));
    }
    let mut winners = Vec::new();
    for (outcome, change) in change_all(&stores, &changes).await.into_iter().zip(&changes) {
        match outcome {
            Ok(()) => winners.push(change.user),
            Err(error) => {
                assert!(matches!(error, Halt::Refused(ChangeRefusal::IdentifierTaken(_))), "a loser saw {error:?}")
            }
        }
    }
    assert_eq!(winners.len(), 1, "exactly one of fifty concurrent changes wins");
    let owner = stores.accounts.find_owner(&name.identifier).await.expect("the store works");
    assert_eq!(owner, Some(winners[0]), "the name belongs to the winner");
}

/// Of fifty accounts that try to pay for a change with one proof, one succeeds.
pub async fn of_fifty_changes_with_one_proof_one_wins(stores: Stores) {
    let proof = stored_proof(&stores).await;
    let mut changes = Vec::new();
    for _ in 0..50 {
        let hash = Change::Password(sample_password_hash());
        let mut change = sample_change(with_email(&stores).await.account.id, vec![hash]);
        pay_with(&mut change.payment, proof.hash);
        changes.push(change);
    }
    let mut winners = Vec::new();
    for (outcome, change) in change_all(&stores, &changes).await.into_iter().zip(&changes) {
        let is_changed = find(&stores, change.user).await.password.is_some();
        assert_eq!(is_changed, outcome.is_ok(), "whether a password is set, with the outcome {outcome:?}");
        match outcome {
            Ok(()) => winners.push(change.user),
            Err(error) => {
                assert!(matches!(error, Halt::Refused(ChangeRefusal::ProofUnusable)), "a loser saw {error:?}")
            }
        }
    }
    assert_eq!(winners.len(), 1, "exactly one of fifty concurrent changes wins");
    let state = stores.proof(&proof.hash).await.state;
    let is_winners = matches!(&state, ProofState::Spent(spending) if spending.user == winners[0]);
    assert!(is_winners, "the proof was spent by the winner, but is {state:?}");
}

/// Two devices unbind one of the last two identities each: one identity stays.
pub async fn two_unbinds_at_once_leave_a_way_in(stores: Stores) {
    for round in 0..20 {
        let sample = SampleAccount::new().with_external_identity();
        stores.sign_up(&sample).await;
        let (user, second) = (sample.account.id, identity_at("google"));
        let first = sample.account.external_identity.expect("it has one").provider;
        let bind = sample_change(user, vec![Change::Bind(Box::new(second.clone()))]);
        stores.accounts.change(bind).await.expect("bound");
        let unbind = |provider| Change::Unbind(sample_unbinding(provider, Vec::new()));
        let unbinds = [first, second.provider].map(|provider| sample_change(user, vec![unbind(provider)]));
        let outcomes = change_all(&stores, &unbinds).await;
        let left = find(&stores, user).await.external_identities.len();
        assert_eq!(left, 1, "round {round}: identities left after {outcomes:?}");
        let refusals: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        assert!(
            matches!(refusals[..], [Halt::Refused(ChangeRefusal::LastWayIn)]),
            "round {round}: refusals {refusals:?}"
        );
    }
}

/// Concurrent changes of different things all take effect: none is lost.
pub async fn changes_of_one_account_at_once_all_hold(stores: Stores) {
    let user = with_email(&stores).await.account.id;
    let (phone_number, name) = (proven(sample_phone_number()), named(&sample_username()));
    let changes = [
        Change::Profile(sample_profile()),
        Change::Password(sample_password_hash()),
        Change::Identifier(phone_number),
        Change::Identifier(name),
        Change::Bind(Box::new(identity_at("github"))),
        Change::Bind(Box::new(identity_at("google"))),
    ]
    .map(|change| sample_change(user, vec![change]));
    for outcome in change_all(&stores, &changes).await {
        assert!(outcome.is_ok(), "one of several concurrent changes: {outcome:?}");
    }
    let found = find(&stores, user).await;
    let parts = (found.identifiers.len(), found.external_identities.len(), found.password.is_some());
    assert_eq!(parts, (3, 2, true), "identifiers, identities, password");
    assert_eq!(found.profile, sample_profile(), "the profile");
}

/// Of twenty different first passwords, one is set, and it is the one whose change succeeded.
pub async fn of_twenty_first_passwords_at_once_one_is_set(stores: Stores) {
    let user = with_email(&stores).await.account.id;
    let hashes: Vec<_> = std::iter::repeat_with(sample_password_hash).take(20).collect();
    let changes: Vec<_> =
        hashes.iter().map(|hash| sample_change(user, vec![Change::FirstPassword(hash.clone())])).collect();
    let mut set = Vec::new();
    for (outcome, hash) in change_all(&stores, &changes).await.into_iter().zip(hashes) {
        match outcome {
            Ok(()) => set.push(hash),
            Err(error) => {
                assert!(matches!(error, Halt::Refused(ChangeRefusal::PasswordSet)), "a loser saw {error:?}")
            }
        }
    }
    assert_eq!(set.len(), 1, "exactly one of twenty first passwords is set");
    assert_eq!(find(&stores, user).await.password, set.pop(), "left: the password, right: the one that was set");
}

/// Of twenty identities of one provider, one is bound, and no other one replaces it.
pub async fn of_twenty_identities_at_once_one_is_bound(stores: Stores) {
    let user = with_email(&stores).await.account.id;
    let profiles: Vec<_> = std::iter::repeat_with(|| identity_at("github")).take(20).collect();
    let bind = |profile: &ExternalProfile| sample_change(user, vec![Change::Bind(Box::new(profile.clone()))]);
    let changes: Vec<_> = profiles.iter().map(bind).collect();
    let mut bound = Vec::new();
    for (outcome, profile) in change_all(&stores, &changes).await.into_iter().zip(profiles) {
        match outcome {
            Ok(()) => bound.push(profile),
            Err(error) => {
                assert!(matches!(error, Halt::Refused(ChangeRefusal::OtherIdentityBound)), "a loser saw {error:?}")
            }
        }
    }
    assert_eq!(bound.len(), 1, "exactly one of twenty identities is bound");
    let held = find(&stores, user).await.external_identities;
    let held: Vec<_> = held.into_iter().map(|identity| identity.profile).collect();
    assert_eq!(held, bound, "left: bound, right: the one whose change succeeded");
}

/// A name that a sign-up and a change want concurrently goes to one of them.
pub async fn a_sign_up_and_a_change_at_once_share_no_name(stores: Stores) {
    for round in 0..20 {
        let name = named(&sample_username());
        let changing = with_email(&stores).await.account.id;
        let sample = SampleAccount::new().with_identifier(name.identifier.clone(), None);
        let change = sample_change(changing, vec![Change::Identifier(name.clone())]);
        let (accounts, others) = (stores.accounts.clone(), stores.accounts.clone());
        let (signing_up, id) = (sample.account.clone(), sample.account.id);
        let (registered, changed) =
            race_both(async move { accounts.register(signing_up).await }, async move { others.change(change).await })
                .await;
        let winner = match (&registered, &changed) {
            (Ok(()), Err(Halt::Refused(ChangeRefusal::IdentifierTaken(_)))) => id,
            (Err(Halt::Refused(RegisterRefusal::IdentifierTaken(_))), Ok(())) => changing,
            other => panic!("round {round}: exactly one has the name, but {other:?}"),
        };
        let owner = stores.accounts.find_owner(&name.identifier).await.expect("the store works");
        assert_eq!(owner, Some(winner), "round {round}: owner of the name");
    }
}

/// Two users ask for each other's name concurrently: whoever gets one, each name has exactly one owner.
pub async fn two_who_swap_names_at_once_keep_one_each(stores: Stores) {
    for round in 0..20 {
        let names = [sample_username(), sample_username()];
        let mut people = Vec::new();
        for name in &names {
            let sample = SampleAccount::new().with_email().with_username(name);
            stores.sign_up(&sample).await;
            people.push(sample.account.id);
        }
        let swaps = [0, 1].map(|n| sample_change(people[n], vec![Change::Identifier(named(&names[1 - n]))]));
        for outcome in change_all(&stores, &swaps).await {
            let is_fine = matches!(outcome, Ok(()) | Err(Halt::Refused(ChangeRefusal::IdentifierTaken(_))));
            assert!(is_fine, "round {round}: one of two who swap: {outcome:?}");
        }
        for user in people {
            let account = find(&stores, user).await;
            let held = account.identifier(IdentifierKind::USERNAME).expect("everybody has a name").clone();
            let owner = stores.accounts.find_owner(&held.identifier).await.expect("the store works");
            assert_eq!(owner, Some(user), "round {round}: owner of the name that the account shows");
        }
    }
}

async fn with_email(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::new().with_address(sample_email());
    stores.sign_up(&sample).await;
    sample
}

fn named(username: &str) -> AccountIdentifier {
    let identifier: Identifier = spelled_username(username);
    AccountIdentifier { identifier, verified_at: None, added_at: at(60) }
}

async fn change_all(stores: &Stores, changes: &[AccountChange]) -> Vec<Result<(), Halt<ChangeRefusal>>> {
    race(changes.iter().cloned().map(|change| {
        let accounts = stores.accounts.clone();
        async move { accounts.change(change).await }
    }))
    .await
}
