//! Rules that backends decide.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::rules::Probe;
use auth_contracts::samples::sample_user_to_be;
use auth_contracts::{CountingEntropy, ManualClock};
use auth_outbound::testing::{FakeWebhook, WebhookConduct};
use auth_ports::{OnFailure, Rule, Ruling, UserToBe};
use auth_webhooks::{HttpRule, HttpRuleSettings};
use rstest::rstest;
use serde_json::json;

use crate::support::{IMPATIENT, PATIENT, assert_signed, bare_user, outbound, settings};

/// An HTTP rule, and the backend that decides for it.
pub(crate) struct Backed {
    backend: FakeWebhook,
    rule: Arc<HttpRule>,
}

impl Backed {
    async fn new(on_failure: OnFailure, timeout: Duration) -> Self {
        let backend = FakeWebhook::start().await;
        backend.conduct(saying(r#"{"allowed":true,"more":1}"#));
        let settings = HttpRuleSettings { name: "crm".into(), on_failure, backend: settings(&backend.url(), timeout) };
        let rule = HttpRule::new(settings, outbound(), Arc::new(ManualClock::new()), Arc::new(CountingEntropy::new()));
        Self { backend, rule: Arc::new(rule.expect("fine settings")) }
    }
}

fn saying(body: &str) -> WebhookConduct {
    WebhookConduct::Refuse(200, body.to_owned())
}

impl Probe for Backed {
    async fn start() -> Self {
        Self::new(OnFailure::Refuse, PATIENT).await
    }

    fn rule(&self) -> Arc<dyn Rule> {
        self.rule.clone()
    }

    fn allowed(&self) -> UserToBe {
        self.backend.conduct(saying(r#"{"allowed":true,"more":1}"#));
        sample_user_to_be()
    }

    fn refused(&self) -> UserToBe {
        self.backend.conduct(saying(&json!({ "allowed": false, "message": "not you" }).to_string()));
        sample_user_to_be()
    }

    fn fail(&self) -> bool {
        self.backend.conduct(saying("maybe"));
        true
    }
}

auth_contracts::rules!(Backed);

#[tokio::test]
async fn it_declares_what_a_failure_means_and_leaves_it_to_whoever_asks() {
    for on_failure in [OnFailure::Refuse, OnFailure::Allow] {
        let backed = Backed::new(on_failure, PATIENT).await;
        assert_eq!(backed.rule.on_failure(), on_failure);
        assert!(backed.fail());
        backed.rule.judge(&sample_user_to_be()).await.expect_err("it does not decide what a failure means");
    }
}

#[tokio::test]
async fn a_refusal_has_the_backends_words() {
    let backed = Backed::new(OnFailure::Refuse, PATIENT).await;
    for user in [backed.refused(), bare_user()] {
        assert_eq!(backed.rule.judge(&user).await.expect("it answers"), Ruling::Refused("not you".into()));
    }
}

#[tokio::test]
async fn a_question_is_signed_under_an_id_of_its_own_and_says_what_is_known() {
    let backed = Backed::new(OnFailure::Refuse, PATIENT).await;
    let user = sample_user_to_be();
    for _ in 0..2 {
        assert_eq!(backed.rule.judge(&user).await.expect("it answers"), Ruling::Allowed);
    }
    let [first, second] = backed.backend.requests().try_into().expect("two requests");
    assert_signed(&first);
    assert_ne!(first.header("webhook-id"), second.header("webhook-id"));
    let body = first.json();
    let external = user.external.as_ref().expect("everything is known");
    assert_eq!(body["type"], "user.signing_up");
    assert_eq!(body["data"]["identifiers"][0]["value"], user.identifiers[0].canonical());
    assert_eq!(body["data"]["provider"]["subject"], external.subject);
    assert_eq!(body["data"]["profile"]["name"].as_str(), user.profile.name.as_deref());
}

#[rstest]
#[case(WebhookConduct::Answer(200))] // an empty object
#[case(saying("[]"))]
#[case(saying(r#"{"allowed":"yes"}"#))]
#[case(WebhookConduct::Refuse(201, r#"{"allowed":true}"#.to_owned()))]
#[case(WebhookConduct::Refuse(403, r#"{"allowed":false}"#.to_owned()))]
#[case(WebhookConduct::Refuse(500, r#"{"allowed":true}"#.to_owned()))]
#[case(WebhookConduct::Redirect("http://127.0.0.1:1/".to_owned()))]
#[case(WebhookConduct::Endless)]
#[case(WebhookConduct::Drop)]
#[tokio::test]
async fn anything_else_is_a_failure(#[case] conduct: WebhookConduct) {
    let backed = Backed::new(OnFailure::Refuse, PATIENT).await;
    backed.backend.conduct(conduct);
    backed.rule.judge(&sample_user_to_be()).await.expect_err("not an answer");
}

#[tokio::test]
async fn silence_is_a_failure() {
    let backed = Backed::new(OnFailure::Refuse, IMPATIENT).await;
    assert_eq!(backed.rule.deadline(), IMPATIENT);
    backed.backend.conduct(WebhookConduct::Hang);
    backed.rule.judge(&sample_user_to_be()).await.expect_err("no answer");
}

#[tokio::test]
async fn a_refusal_needs_no_message() {
    let backed = Backed::new(OnFailure::Refuse, PATIENT).await;
    backed.backend.conduct(saying(r#"{"allowed":false}"#));
    assert_eq!(backed.rule.judge(&sample_user_to_be()).await.expect("it answers"), Ruling::Refused(String::new()));
}
