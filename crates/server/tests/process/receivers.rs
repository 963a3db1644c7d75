//! Parties that are told something and cannot be: what `doctor` says of them.

use std::process::Output;

use auth_senders::testing::{FakeLogin, FakeSmtp, FakeWebhook, WebhookConduct};
use auth_tests::TestDatabase;
use serde_json::{Value, json};

use crate::http::{call, request};
use crate::server::Installation;
use crate::tls::{Authority, behind_tls};
use crate::waiting::wait_until;

/// The name of the fakes.
const HERE: &[&str] = &["127.0.0.1"];

fn succeeded(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stdout).unwrap()
}

/// What `doctor` finds wrong, and what to do about it.
fn problems(installation: &Installation) -> Vec<(String, String)> {
    let output = installation.run(&["doctor", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let problems = findings.filter(|finding| finding["level"] == "problem");
    let problems: Vec<_> = problems.map(|one| (text(one, "found"), text(one, "mend"))).collect();
    assert_eq!(output.status.code(), Some(i32::from(!problems.is_empty())), "{report:#}");
    problems
}

/// The only one.
fn problem(installation: &Installation) -> (String, String) {
    let problems = problems(installation);
    let [one] = &problems[..] else { panic!("{problems:#?}") };
    one.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_that_the_mail_server_refuses_user_and_password() {
    let login = FakeLogin { user: "auth".into(), password: "s3cret".into(), mechanisms: "PLAIN LOGIN" };
    let smtp = FakeSmtp::start_with_login(login).await;
    let with_password = |password: &str| {
        Installation::on(TestDatabase::create())
            .with("AUTH__SMTP__URL", format!("smtp://auth:{password}@{}", smtp.address()))
            .with("AUTH__SMTP__FROM", "no-reply@example.com")
    };
    let (found, mend) = problem(&with_password("mistyped"));
    let cause = "the mail server cannot be used: signing in to the mail server: it answered 535 5.7.8";
    assert_eq!(found, cause);
    assert!(mend.contains("user and password in smtp.url (AUTH__SMTP__URL)"), "{mend}");
    assert!(mend.contains("percent-encoded"), "{mend}");
    let left = problems(&with_password("s3cret"));
    assert!(left.is_empty(), "the password is all that was wrong: {left:?}");
    assert!(smtp.mails().is_empty(), "nobody gets mail from it");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_that_a_subscribers_certificate_is_not_trusted() {
    let (ours, stranger) = (Authority::new("ours"), Authority::new("a stranger"));
    let webhook = FakeWebhook::start().await;
    let proven = behind_tls(&webhook.url(), ours.certify(HERE)).await;
    let unproven = behind_tls(&webhook.url(), stranger.certify(HERE)).await;
    let telling = |url: &str| {
        let installation = Installation::on(TestDatabase::create());
        let trusted = ours.publish(installation.path());
        installation
            .with("SSL_CERT_FILE", trusted)
            .with("AUTH__WEBHOOKS__CRM__URL", url)
            .with("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    };
    let (found, mend) = problem(&telling(&unproven));
    assert!(found.starts_with("the receiver of events to crm cannot be used: "), "{found}");
    assert!(found.contains("invalid peer certificate: UnknownIssuer"), "{found}");
    assert!(mend.contains("its certificate is valid for its name"), "{mend}");
    assert!(mend.contains("a certificate authority of your own goes into a file that SSL_CERT_FILE names"), "{mend}");
    let left = problems(&telling(&proven));
    assert!(left.is_empty(), "what is to be done about it has been done: {left:?}");
    assert!(webhook.requests().is_empty(), "nobody is told of events that did not happen");
}

const GIVEN_UP: &str = "user.created; 0 waiting, 2 given up";
const SEND_AGAIN: &str = "See the log for why they failed, and send them again \
    (POST /admin/v1/subscriptions/{subscription}/dead-letters/send-again)";

/// What `doctor --json --strict` says of who is told of events, and with which status it exits.
fn strictly(installation: &Installation) -> (Value, Option<i32>) {
    let output = installation.run(&["doctor", "--json", "--strict"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let crm = findings.iter().find(|one| one["what"] == "events to crm").unwrap();
    (crm.clone(), output.status.code())
}

/// What `doctor` says of them if nothing is to be looked at. The database that the tests have may be warned of.
fn fine() -> Value {
    json!({ "level": "ok", "what": "events to crm", "found": "user.created; 0 waiting, 0 given up" })
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_what_was_given_up_until_it_is_sent_again() {
    let (database, webhook) = (TestDatabase::create(), FakeWebhook::start().await);
    let installation = Installation::new()
        .with("AUTH__DATABASE__URL", database.url())
        .with("AUTH__WEBHOOKS__CRM__URL", webhook.url())
        .with("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .with("AUTH__WEBHOOKS__CRM__KINDS", "user.created")
        .with("AUTH__EVENTS__RETRY_AFTER_SECONDS", "0");
    assert_eq!(strictly(&installation).0, fine());
    let create = ["admin-keys", "create", "--name", "ci", "--scope", "events:write"];
    let bearer = format!("Bearer {}", succeeded(&installation.run(&create)).trim());
    for name in ["ann", "bob"] {
        succeeded(&installation.run(&["users", "create", "--username", name]));
    }

    webhook.conduct(WebhookConduct::Answer(500));
    let server = installation.serve();
    wait_until("both are given up", || database.count("dead_letters") == 2);
    let finding = json!({ "level": "warning", "what": "events to crm", "found": GIVEN_UP, "mend": SEND_AGAIN });
    assert_eq!(strictly(&installation), (finding, Some(3)));
    let output = installation.run(&["doctor"]);
    let line = format!("\nwarning: events to crm: {GIVEN_UP}. {SEND_AGAIN}\n");
    assert!(succeeded(&output).contains(&line), "the service does its work: {output:?}");

    webhook.conduct(WebhookConduct::Answer(200));
    let path = "/admin/v1/subscriptions/crm/dead-letters/send-again";
    let sent = call(server.admin, &request("POST", path, &[("authorization", &bearer)], ""));
    assert_eq!((sent.status, sent.json()), (200, json!({ "sent": 2 })));
    wait_until("both are taken", || database.count("outbox") == 0 && database.count("dead_letters") == 0);
    assert_eq!(strictly(&installation).0, fine());
}
