//! Rules are asked in order, take no longer than their deadline, and fail as they declared.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_application::kit::{Halt, RefusedByRule, Rules};
use auth_contracts::samples;
use auth_domain::profile::Profile;
use auth_ports::{Cause, Failure, OnFailure, Rule, Ruling, UserToBe};
use tokio::time::Instant;

/// What a rule does when it is asked.
#[derive(Clone, Copy)]
enum Says {
    Yes,
    No(&'static str),
    Fails,
    Hangs,
    Panics,
}

struct Fake {
    says: Says,
    on_failure: OnFailure,
    asked: AtomicUsize,
}

impl Fake {
    fn new(says: Says, on_failure: OnFailure) -> Arc<Self> {
        Arc::new(Self { says, on_failure, asked: AtomicUsize::new(0) })
    }
}

const DEADLINE: Duration = Duration::from_secs(3);

#[async_trait]
impl Rule for Fake {
    fn name(&self) -> &str {
        "fake"
    }

    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    async fn judge(&self, _: &UserToBe) -> Result<Ruling, Cause> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.says {
            Says::Yes => Ok(Ruling::Allowed),
            Says::No(text) => Ok(Ruling::Refused(text.to_owned())),
            Says::Fails => Err("no answer".into()),
            Says::Hangs => std::future::pending().await,
            Says::Panics => panic!("as told"),
        }
    }
}

fn user() -> UserToBe {
    UserToBe {
        anonymous: None,
        identifiers: vec![samples::sample_email()],
        external: None,
        profile: Profile::default(),
        scenario: "email".into(),
        origin: samples::sample_origin(),
        at: samples::start(),
    }
}

async fn judge(rules: &[&Arc<Fake>]) -> Result<(), Halt<RefusedByRule>> {
    Rules::new(rules.iter().map(|rule| Arc::clone(rule) as Arc<dyn Rule>).collect()).judge(user()).await
}

fn text_of(outcome: Result<(), Halt<RefusedByRule>>) -> String {
    match outcome {
        Err(Halt::Refused(refused)) => refused.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn where_there_is_none_or_all_agree_it_is_allowed() {
    judge(&[]).await.expect("nobody is against it");
    let yes = Fake::new(Says::Yes, OnFailure::Refuse);
    judge(&[&yes, &yes]).await.expect("nobody is against it");
    assert_eq!(yes.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_first_that_refuses_is_heard_and_later_ones_are_not_asked() {
    let (yes, no, later) = (
        Fake::new(Says::Yes, OnFailure::Refuse),
        Fake::new(Says::No("not from this domain"), OnFailure::Refuse),
        Fake::new(Says::No("never"), OnFailure::Refuse),
    );
    assert_eq!(text_of(judge(&[&yes, &no, &later]).await), "not from this domain");
    assert_eq!(later.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_rules_text_is_fit_for_clients() {
    static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "ä".repeat(1_000));
    let longest = "ä".repeat(200);
    for (text, shown) in [
        ("  no\r\n\tway ", "no   way"),
        ("", "this sign-up is not allowed here"),
        (" \n", "this sign-up is not allowed here"),
        (LONG.as_str(), longest.as_str()),
    ] {
        assert_eq!(text_of(judge(&[&Fake::new(Says::No(text), OnFailure::Refuse)]).await), shown);
    }
}

/// The clock of the runtime advances only while everything sleeps.
#[tokio::test(start_paused = true)]
async fn a_failing_rule_refuses_or_allows_as_it_declared_and_costs_its_deadline_at_most() {
    for (says, costs) in [(Says::Fails, Duration::ZERO), (Says::Panics, Duration::ZERO), (Says::Hangs, DEADLINE)] {
        let began = Instant::now();
        let refusing = judge(&[&Fake::new(says, OnFailure::Refuse)]).await;
        assert!(matches!(refusing, Err(Halt::Failed(Failure::Unavailable { .. }))), "{refusing:?}");
        let after = Fake::new(Says::No("the next one"), OnFailure::Refuse);
        let allowing = judge(&[&Fake::new(says, OnFailure::Allow), &after]).await;
        assert_eq!(text_of(allowing), "the next one", "the later rules are asked");
        let took = began.elapsed();
        assert!(took >= 2 * costs && took < 2 * costs + Duration::from_millis(100), "{took:?}");
    }
}
