//! What a try at a password costs: the same for everybody.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use auth_application::kit::{FailedSignIns, Halted as _, PasswordTries, SessionIssuer, SessionStarter};
use auth_application::sign_in::{PasswordCommand, PasswordSignInRefusal, SignInWithPassword};
use auth_contracts::{CountingEntropy, ManualClock, samples};
use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserStatus};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::EventKind;
use auth_domain::identifier::{EmailScheme, IdentifierScheme, Schemes, UsernameScheme};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::Quota;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::sessions::SessionPolicy;
use auth_memory::MemoryStores;
use auth_ports::UserStore as _;
use chrono::TimeDelta;

use crate::fakes::{FakeHasher, FakeMinter};

const PASSWORD: &str = "DemoPass123!@#";

struct Bench {
    stores: MemoryStores,
    hasher: Arc<FakeHasher>,
    sign_in: SignInWithPassword,
}

impl Bench {
    fn new(tries: Option<PasswordTries>, reveal_existence: bool) -> Self {
        let (stores, clock) = (MemoryStores::new(), Arc::new(ManualClock::new()));
        let (hasher, entropy) = (Arc::new(FakeHasher::default()), Arc::new(CountingEntropy::default()));
        let key = ServerKey::new(SecretBytes::new([9; 32]));
        let minter = Arc::new(FakeMinter::default());
        let issuer = SessionIssuer::new(minter, entropy.clone(), key, SessionPolicy::default(), TimeDelta::hours(2));
        let ports = Arc::new(stores.clone());
        let schemes: Vec<Arc<dyn IdentifierScheme>> = vec![Arc::new(EmailScheme), Arc::new(UsernameScheme::default())];
        let sign_in = SignInWithPassword::new(
            ports.clone(),
            ports.clone(),
            hasher.clone(),
            clock.clone(),
            FailedSignIns::new(ports.clone(), clock.clone(), entropy.clone()),
            Schemes::new(schemes),
            SessionStarter::new(ports, issuer, clock, entropy),
            tries,
            reveal_existence,
        );
        Self { stores, hasher, sign_in }
    }

    /// Somebody with this password, if any; their e-mail address.
    async fn somebody(&self, password: Option<&str>, status: UserStatus) -> String {
        let address = samples::sample_email();
        let account = MadeAccount {
            status,
            identifiers: vec![AccountIdentifier { identifier: address.clone(), verified_at: None }],
            password: password.map(|password| PasswordHash::new(format!("hash of {password}"))),
            ..samples::sample_made_account()
        };
        let event = samples::sample_operator_event(EventKind::UserCreated);
        self.stores.create(account, event).await.expect("nobody has it");
        address.shown().to_owned()
    }

    async fn sign_in(&self, login: &str, password: &str) -> Result<(), PasswordSignInRefusal> {
        let command = PasswordCommand {
            login: login.to_owned(),
            password: password.to_owned().into(),
            origin: samples::sample_origin(),
        };
        self.sign_in.run(command).await.map(drop).decided().expect("nothing failed")
    }
}

/// A way to fail, and how it is told.
type Failing = (&'static str, String, fn(&PasswordSignInRefusal) -> bool);

#[tokio::test]
async fn whoever_is_named_one_hash_is_checked() {
    use PasswordSignInRefusal::{Blocked, PasswordNotSet, WrongPassword};
    for reveal_existence in [true, false] {
        let bench = Bench::new(None, reveal_existence);
        let passwordless: fn(&PasswordSignInRefusal) -> bool = match reveal_existence {
            true => |error| matches!(error, PasswordNotSet),
            false => |error| matches!(error, WrongPassword),
        };
        let failing: [Failing; 5] = [
            ("nobody", samples::sample_email().shown().to_owned(), |error| matches!(error, WrongPassword)),
            ("no login name", "!".to_owned(), |error| matches!(error, WrongPassword)),
            ("another password", bench.somebody(Some("Other"), UserStatus::Active).await, |error| {
                matches!(error, WrongPassword)
            }),
            ("no password", bench.somebody(None, UserStatus::Active).await, passwordless),
            ("blocked", bench.somebody(Some(PASSWORD), UserStatus::Blocked).await, |error| matches!(error, Blocked)),
        ];
        for (case, login, is_told) in failing {
            let before = bench.hasher.checks.load(Ordering::Relaxed);
            let error = bench.sign_in(&login, PASSWORD).await.expect_err(case);
            assert!(is_told(&error), "{case}, revealing existence: {reveal_existence}: {error:?}");
            assert_eq!(bench.hasher.checks.load(Ordering::Relaxed) - before, 1, "hashes checked for {case}");
        }
        bench.sign_in(&bench.somebody(Some(PASSWORD), UserStatus::Active).await, PASSWORD).await.expect("signed in");
    }
}

#[tokio::test]
async fn beyond_the_limit_no_hash_is_checked() {
    let one = Quota { burst: 1, per: TimeDelta::minutes(1) };
    let tries = PasswordTries { per_account_and_network: one, per_network: one, per_account: one };
    let bench = Bench::new(Some(tries), true);
    let login = bench.somebody(Some("Other"), UserStatus::Active).await;
    bench.sign_in(&login, PASSWORD).await.expect_err("wrong");
    let error = bench.sign_in(&login, PASSWORD).await.expect_err("too often");
    assert!(matches!(error, PasswordSignInRefusal::TooManyTries { .. }), "{error:?}");
    assert_eq!(bench.hasher.checks.load(Ordering::Relaxed), 1);
}
