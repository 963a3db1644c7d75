//! How many hashes a sign-in with a password checks.

use std::sync::atomic::Ordering;

use auth_application::kit::{Halted as _, PasswordTries};
use auth_application::sign_in::{PasswordCommand, PasswordSignInRefusal};
use auth_contracts::samples;
use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserStatus};
use auth_domain::events::EventKind;
use auth_ports::UserStore as _;

use crate::fakes::hash_of;
use crate::world::{PASSWORD, World, tries};

struct Bench {
    world: World,
}

impl Bench {
    fn new(tries: Option<PasswordTries>, reveal_existence: bool) -> Self {
        let mut world = World::new();
        (world.rules.tries, world.rules.reveal_existence) = (tries, reveal_existence);
        Self { world }
    }

    /// Makes a user with this password, if any, and returns their e-mail address.
    async fn somebody(&self, password: Option<&str>, status: UserStatus) -> String {
        let address = samples::sample_email();
        let account = MadeAccount {
            status,
            identifiers: vec![AccountIdentifier {
                identifier: address.clone(),
                verified_at: None,
                added_at: samples::start(),
            }],
            password: password.map(hash_of),
            ..samples::sample_made_account()
        };
        let event = samples::sample_operator_event(EventKind::UserCreated);
        self.world.stores.create(account, event).await.expect("nobody has it");
        address.shown().to_owned()
    }

    async fn sign_in(&self, login: &str, password: &str) -> Result<(), PasswordSignInRefusal> {
        let command = PasswordCommand {
            login: login.to_owned(),
            password: password.to_owned().into(),
            origin: samples::sample_origin(),
        };
        self.world.sign_in_with_password().run(command).await.map(drop).decided().expect("nothing failed")
    }
}

/// A way to fail, and the refusal that is expected.
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
            let before = bench.world.hasher.checks.load(Ordering::Relaxed);
            let error = bench.sign_in(&login, PASSWORD).await.expect_err(case);
            assert!(is_told(&error), "{case}, revealing existence: {reveal_existence}: {error:?}");
            assert_eq!(bench.world.hasher.checks.load(Ordering::Relaxed) - before, 1, "hashes checked for {case}");
        }
        bench.sign_in(&bench.somebody(Some(PASSWORD), UserStatus::Active).await, PASSWORD).await.expect("signed in");
    }
}

#[tokio::test]
async fn beyond_the_limit_no_hash_is_checked() {
    let bench = Bench::new(Some(tries(1)), true);
    let login = bench.somebody(Some("Other"), UserStatus::Active).await;
    bench.sign_in(&login, PASSWORD).await.expect_err("wrong");
    let error = bench.sign_in(&login, PASSWORD).await.expect_err("too often");
    assert!(matches!(error, PasswordSignInRefusal::TooManyTries { .. }), "{error:?}");
    assert_eq!(bench.world.hasher.checks.load(Ordering::Relaxed), 1);
}
