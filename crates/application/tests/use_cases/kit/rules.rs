//! Rules are asked in order, take no longer than their deadline, and fail as they declared.

use std::sync::Arc;
use std::time::Duration;

use auth_application::kit::{Halt, RefusedByRule, Rules};
use auth_contracts::samples;
use auth_domain::profile::Profile;
use auth_ports::{Failure, OnFailure, Rule, UserToBe};
use tokio::time::Instant;

use crate::fakes::{FakeRule, Says};

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

async fn judge(rules: &[&Arc<FakeRule>]) -> Result<(), Halt<RefusedByRule>> {
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
    let yes = FakeRule::new(Says::Yes, OnFailure::Refuse);
    judge(&[&yes, &yes]).await.expect("nobody is against it");
    assert_eq!(yes.asked().len(), 2);
}

#[tokio::test]
async fn the_first_that_refuses_is_heard_and_later_ones_are_not_asked() {
    let (yes, no, later) = (
        FakeRule::new(Says::Yes, OnFailure::Refuse),
        FakeRule::new(Says::No("not from this domain"), OnFailure::Refuse),
        FakeRule::new(Says::No("never"), OnFailure::Refuse),
    );
    assert_eq!(text_of(judge(&[&yes, &no, &later]).await), "not from this domain");
    assert_eq!(later.asked().len(), 0);
}

#[tokio::test]
async fn a_rules_text_is_fit_for_clients() {
    static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "ä".repeat(1_000));
    let longest = "ä".repeat(200);
    for (text, shown) in [
        ("  no\r\n\tway ", "no   way"),
        ("", "this is not allowed here"),
        (" \n", "this is not allowed here"),
        (LONG.as_str(), longest.as_str()),
    ] {
        assert_eq!(text_of(judge(&[&FakeRule::new(Says::No(text), OnFailure::Refuse)]).await), shown);
    }
}

/// The clock of the runtime advances only while everything sleeps.
#[tokio::test(start_paused = true)]
async fn a_failing_rule_refuses_or_allows_as_it_declared_and_costs_its_deadline_at_most() {
    for (says, costs) in
        [(Says::Fails, Duration::ZERO), (Says::Panics, Duration::ZERO), (Says::Hangs, FakeRule::DEADLINE)]
    {
        let began = Instant::now();
        let refusing = judge(&[&FakeRule::new(says, OnFailure::Refuse)]).await;
        assert!(matches!(refusing, Err(Halt::Failed(Failure::Unavailable { .. }))), "{refusing:?}");
        let after = FakeRule::new(Says::No("the next one"), OnFailure::Refuse);
        let allowing = judge(&[&FakeRule::new(says, OnFailure::Allow), &after]).await;
        assert_eq!(text_of(allowing), "the next one", "the later rules are asked");
        let took = began.elapsed();
        assert!(took >= 2 * costs && took < 2 * costs + Duration::from_millis(100), "{took:?}");
    }
}
