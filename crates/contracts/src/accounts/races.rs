//! Promises of `register`, with many concurrent calls: one wins, the others are told what they lost, and leave
//! nothing behind.

use auth_domain::identifier::IdentifierKind;
use auth_domain::proofs::ProofState;
use auth_ports::{Halt, RegisterRefusal};

use super::nothing_left::{assert_left_nothing, assert_unspent_by};
use crate::samples::{
    SampleAccount, sample_address_proof, sample_email, sample_external_profile, sample_proof, sample_username,
};
use crate::{Stores, race};

const RACERS: usize = 50;

/// Fifty registrations have proofs of one address.
pub async fn of_fifty_with_one_address_one_wins(stores: Stores) {
    let address = sample_email();
    let racers = samples(|_| SampleAccount::new().with_address(address.clone()));
    let winner = assert_one_wins(&stores, racers, is_taken(&[IdentifierKind::EMAIL])).await;
    let owner = stores.accounts.find_owner(&address).await.expect("the store works");
    assert_eq!(owner, Some(winner.account.id), "the address belongs to the winner");
}

/// Fifty registrations choose one name, every other one in capitals.
pub async fn of_fifty_with_one_username_in_two_spellings_one_wins(stores: Stores) {
    let username = sample_username();
    let spellings = [username.to_lowercase(), username.to_uppercase()];
    let racers = samples(|n| SampleAccount::new().with_email().with_username(&spellings[n % 2]));
    assert_one_wins(&stores, racers, is_taken(&[IdentifierKind::USERNAME])).await;
}

/// Fifty registrations use one proof, each with a different name.
pub async fn of_fifty_with_one_proof_one_wins(stores: Stores) {
    let proof = sample_proof();
    stores.proofs.create(proof.clone()).await.expect("stored");
    let racers = samples(|_| SampleAccount::new().with_username(&sample_username()).paid_by(&proof));
    assert_one_wins(&stores, racers, is_unusable).await;
}

/// Fifty registrations have proofs of one identity at a third party.
pub async fn of_fifty_with_one_external_identity_one_wins(stores: Stores) {
    let profile = sample_external_profile();
    let racers = samples(|_| SampleAccount::new().with_email().with_external_profile(profile.clone()));
    assert_one_wins(&stores, racers, |error| matches!(error, Halt::Refused(RegisterRefusal::ExternalIdentityTaken)))
        .await;
}

/// Fifty registrations draw one user id.
pub async fn of_fifty_with_one_user_id_one_wins(stores: Stores) {
    let id = SampleAccount::new().account.id;
    let racers = samples(|_| SampleAccount::new().with_email().with_id(id));
    let (winner, losers) =
        run(&stores, racers, |error| matches!(error, Halt::Refused(RegisterRefusal::UserIdTaken))).await;
    let account = stores.accounts.find(id).await.expect("the store works").expect("the winner is found");
    assert_eq!(account.identifiers, winner.account.identifiers, "the account is the winner's own");
    for loser in losers {
        let owner = stores.accounts.find_owner(&loser.account.identifiers[0].identifier).await.expect("it works");
        assert_eq!(owner, None, "a loser's identifier was stored");
        assert_eq!(stores.proof(&loser.proofs[0].hash).await.state, ProofState::Unspent, "a loser's proof was spent");
    }
}

/// Fifty registrations claim one address and one name. Half of them list the address first and half the
/// name, so that a store that locks in the order of the claims runs into a deadlock.
pub async fn of_fifty_with_two_names_in_either_order_one_wins(stores: Stores) {
    let (address, username) = (sample_email(), sample_username());
    let racers = samples(|n| {
        let mut sample = SampleAccount::new().with_address(address.clone()).with_username(&username);
        sample.account.identifiers.rotate_left(n % 2);
        sample
    });
    assert_one_wins(&stores, racers, is_taken(&[IdentifierKind::EMAIL, IdentifierKind::USERNAME])).await;
}

/// Fifty registrations use the same two proofs, in either order.
pub async fn of_fifty_with_two_proofs_in_either_order_one_wins(stores: Stores) {
    let (one, other) = (sample_proof(), sample_address_proof(sample_email()));
    for proof in [&one, &other] {
        stores.proofs.create(proof.clone()).await.expect("stored");
    }
    let racers = samples(|n| {
        let mut sample = SampleAccount::new().with_username(&sample_username()).paid_by(&one).paid_by(&other);
        sample.account.payment.iter_mut().for_each(|payment| payment.proofs.rotate_left(n % 2));
        sample
    });
    assert_one_wins(&stores, racers, is_unusable).await;
}

/// Fifty registrations that share nothing all succeed.
pub async fn strangers_do_not_hinder_each_other(stores: Stores) {
    let racers = samples(|_| SampleAccount::new().with_email().with_username(&sample_username()));
    for (n, (_, outcome)) in start(&stores, racers).await.into_iter().enumerate() {
        assert!(outcome.is_ok(), "stranger {n} was hindered: {outcome:?}");
    }
}

fn samples(make: impl Fn(usize) -> SampleAccount) -> Vec<SampleAccount> {
    (0..RACERS).map(make).collect()
}

fn is_taken(kinds: &[IdentifierKind]) -> impl Fn(&Halt<RegisterRefusal>) -> bool {
    move |error| matches!(error, Halt::Refused(RegisterRefusal::IdentifierTaken(kind)) if kinds.contains(kind))
}

fn is_unusable(error: &Halt<RegisterRefusal>) -> bool {
    matches!(error, Halt::Refused(RegisterRefusal::ProofUnusable))
}

/// Asserts that exactly one of the racers is registered, complete, and that the others lose in the
/// expected way and leave nothing behind.
async fn assert_one_wins(
    stores: &Stores,
    racers: Vec<SampleAccount>,
    is_expected: impl Fn(&Halt<RegisterRefusal>) -> bool,
) -> SampleAccount {
    let (winner, losers) = run(stores, racers, is_expected).await;
    let found = stores.accounts.find(winner.account.id).await.expect("the store works");
    assert!(found.is_some(), "the winner's account is missing");
    for loser in losers {
        assert_left_nothing(stores, &loser).await;
    }
    winner
}

/// Returns the one winner and the losers, who lost in the expected way and spent nothing.
async fn run(
    stores: &Stores,
    racers: Vec<SampleAccount>,
    is_expected: impl Fn(&Halt<RegisterRefusal>) -> bool,
) -> (SampleAccount, Vec<SampleAccount>) {
    let (mut winners, mut losers) = (Vec::new(), Vec::new());
    for (sample, outcome) in start(stores, racers).await {
        match outcome {
            Ok(()) => winners.push(sample),
            Err(error) => {
                assert!(is_expected(&error), "a loser of the race saw {error:?}");
                losers.push(sample);
            }
        }
    }
    assert_eq!(winners.len(), 1, "exactly one of {RACERS} concurrent calls wins");
    for loser in losers.iter().filter(|loser| loser.account.id != winners[0].account.id) {
        assert_unspent_by(stores, loser).await;
    }
    (winners.remove(0), losers)
}

async fn start(stores: &Stores, racers: Vec<SampleAccount>) -> Vec<(SampleAccount, Result<(), Halt<RegisterRefusal>>)> {
    for racer in &racers {
        stores.keep_proofs(racer).await;
    }
    let registering = racers.iter().map(|racer| {
        let (accounts, account) = (stores.accounts.clone(), racer.account.clone());
        async move { accounts.register(account).await }
    });
    let outcomes = race(registering).await;
    racers.into_iter().zip(outcomes).collect()
}
