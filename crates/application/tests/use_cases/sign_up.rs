//! Signing up while a part of the world fails: nothing is stored, and the proof stays good.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use auth_application::kit::{Failure, Halt, SessionIssuer, SessionStarter};
use auth_application::sign_up::{SignUp, SignUpCommand, SignUpRefusal};
use auth_contracts::{ManualClock, ScriptedEntropy, samples};
use auth_domain::clients::{Clients, UnknownClients};
use auth_domain::credentials::PasswordPolicy;
use auth_domain::identifier::{EmailScheme, Identifier, IdentifierKind};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::proofs::{NewProof, ProofSubject, ProofToken};
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::sessions::SessionPolicy;
use auth_domain::sign_up::Scenarios;
use auth_domain::sign_up::scenarios::SignUpByEmail;
use auth_memory::MemoryStores;
use auth_ports::{AccountStore as _, Clock as _, ProofStore as _};
use chrono::TimeDelta;

use crate::fakes::{FakeHasher, FakeMinter};

struct Bench {
    stores: MemoryStores,
    clock: ManualClock,
    minter: Arc<FakeMinter>,
    hasher: Arc<FakeHasher>,
    sign_up: SignUp,
    email: Identifier,
    token: ProofToken,
}

impl Bench {
    async fn new(entropy: ScriptedEntropy) -> Self {
        let (stores, clock) = (MemoryStores::new(), ManualClock::new());
        let (minter, hasher) = (Arc::new(FakeMinter::default()), Arc::new(FakeHasher::default()));
        let key = ServerKey::new(SecretBytes::new([9; 32]));
        let entropy = Arc::new(entropy);
        let issuer = SessionIssuer::new(
            minter.clone(),
            entropy.clone(),
            key.clone(),
            SessionPolicy::default(),
            TimeDelta::hours(2),
        );
        let ports = Arc::new(stores.clone());
        let starter = SessionStarter::new(ports.clone(), issuer.clone(), Arc::new(clock.clone()), entropy.clone());
        let sign_up = SignUp::new(
            ports.clone(),
            ports,
            starter,
            hasher.clone(),
            Arc::new(clock.clone()),
            entropy,
            issuer,
            key,
            Scenarios::new(vec![Arc::new(SignUpByEmail::new(EmailScheme))]).expect("there is one only"),
            PasswordPolicy::default(),
            Clients::new(samples::sample_client(), UnknownClients::Refused, vec![]),
        );
        let mut bench = Self {
            stores,
            clock,
            minter,
            hasher,
            sign_up,
            email: samples::sample_email(),
            token: ProofToken::new([0; 32]),
        };
        bench.token = bench.prove(1).await;
        bench
    }

    /// A fresh proof of the address.
    async fn prove(&self, seed: u8) -> ProofToken {
        let token = ProofToken::new([seed; 32]);
        let now = self.clock.now();
        let proof = NewProof {
            hash: token.hash(),
            subject: ProofSubject::Address(self.email.clone()),
            client: samples::sample_origin().client,
            created_at: now,
            expires_at: now + TimeDelta::minutes(10),
            evidence: None,
            holder: None,
        };
        self.stores.create(proof).await.expect("a new proof");
        token
    }

    fn command(&self) -> SignUpCommand {
        SignUpCommand {
            addresses: vec![(IdentifierKind::EMAIL, self.email.shown().to_owned())],
            own: Vec::new(),
            username: None,
            password: Some("DemoPass123!@#".to_owned().into()),
            verification_token: Some(self.token.expose().into()),
            provider_token: None,
            name: None,
            gender: None,
            picture: None,
            locale: None,
            language: None,
            anonymous_user: None,
            origin: samples::sample_origin(),
        }
    }

    async fn owner(&self) -> Option<auth_domain::accounts::UserId> {
        self.stores.find_owner(&self.email).await.expect("memory answers")
    }
}

#[tokio::test]
async fn a_clash_of_user_ids_is_answered_with_another_draw() {
    let first = Bench::new(ScriptedEntropy::new().then(&[7; 4]).then(&[7; 4]).then(&[8; 4])).await;
    let one = first.sign_up.run(first.command()).await.expect("signed up");
    // The same instant and the same random bytes, for another address.
    let mut second = Bench { email: samples::sample_email(), ..first };
    second.token = second.prove(2).await;
    let other = second.sign_up.run(second.command()).await.expect("signed up after a second draw");
    assert_ne!(one.user, other.user);
}

#[tokio::test]
async fn an_overloaded_hasher_costs_nothing_but_time() {
    let bench = Bench::new(ScriptedEntropy::new()).await;
    bench.hasher.overloaded.store(true, Ordering::Relaxed);
    match bench.sign_up.run(bench.command()).await {
        Err(Halt::Failed(Failure::Unavailable { retry_after, .. })) => assert_eq!(retry_after.as_secs(), 3),
        other => panic!("expected to be told to come back, got {other:?}"),
    }
    assert_eq!(bench.owner().await, None);
    bench.hasher.overloaded.store(false, Ordering::Relaxed);
    let tokens = bench.sign_up.run(bench.command()).await.expect("the proof is still good");
    assert_eq!(bench.owner().await, Some(tokens.user));
}

#[tokio::test]
async fn a_key_that_cannot_sign_stores_nothing() {
    let bench = Bench::new(ScriptedEntropy::new()).await;
    bench.minter.fails.store(true, Ordering::Relaxed);
    let outcome = bench.sign_up.run(bench.command()).await;
    assert!(matches!(outcome, Err(Halt::Failed(Failure::Internal(_)))), "{outcome:?}");
    assert_eq!(bench.owner().await, None);
    bench.minter.fails.store(false, Ordering::Relaxed);
    bench.sign_up.run(bench.command()).await.expect("the proof is still good");
}

#[tokio::test]
async fn a_store_that_fails_is_told_apart_from_a_refusal() {
    let bench = Bench::new(ScriptedEntropy::new()).await;
    bench.stores.set_failing(true);
    let outcome = bench.sign_up.run(bench.command()).await;
    assert!(matches!(outcome, Err(Halt::Failed(Failure::Unavailable { .. }))), "{outcome:?}");
    bench.stores.set_failing(false);
    bench.sign_up.run(bench.command()).await.expect("nothing was lost");
}

#[tokio::test]
async fn a_repetition_needs_the_same_password() {
    let bench = Bench::new(ScriptedEntropy::new()).await;
    let first = bench.sign_up.run(bench.command()).await.expect("signed up");
    let again = bench.sign_up.run(bench.command()).await.expect("the answer may have been lost");
    assert_eq!(first.user, again.user);
    let other = SignUpCommand { password: Some("AnotherPass123!".to_owned().into()), ..bench.command() };
    assert!(matches!(bench.sign_up.run(other).await, Err(Halt::Refused(SignUpRefusal::VerificationToken(_)))));
    bench.clock.advance(TimeDelta::seconds(120));
    assert!(matches!(
        bench.sign_up.run(bench.command()).await,
        Err(Halt::Refused(SignUpRefusal::VerificationToken(_)))
    ));
}
