//! Outgoing connections use TLS, and only to servers whose certificates come from an authority that the machine
//! trusts. This is tested here because the machine's authorities come from the environment of a process.

use std::sync::Arc;

use auth_providers::testing::{FakeOidc, Person};
use auth_senders::testing::{FakeLogin, FakeSmtp, FakeWebhook, SmtpConduct};
use auth_server::SystemClock;
use auth_tests::{TestDatabase, provider_uri};
use serde_json::json;

use crate::http::{Answer, call, request};
use crate::person::{ask_for_code, ask_for_mail, verify};
use crate::server::{Installation, Server};
use crate::tls::{Authority, behind_tls};
use crate::waiting::wait_for;

const EMAIL: &str = "ann@example.com";
const PHONE: &str = "+86 13000000021";
/// The names of the fakes.
const HERE: &[&str] = &["127.0.0.1", "localhost"];
const ELSEWHERE: &[&str] = &["127.0.0.2", "mail.example.com"];
const UNTRUSTED: &str = "invalid peer certificate: UnknownIssuer";
const OF_ANOTHER: &str = "invalid peer certificate: certificate not valid for name ";

/// An installation on a machine that trusts this authority and no other.
fn trusting(authority: &Authority) -> Installation {
    let installation = Installation::on(TestDatabase::create());
    let file = authority.publish(installation.path());
    installation.with("SSL_CERT_FILE", file)
}

fn mailing(trusted: &Authority, url: &str) -> Installation {
    trusting(trusted).with("AUTH__SMTP__URL", url).with("AUTH__SMTP__FROM", "Example <no-reply@example.com>")
}

/// A server that accepts neither passwords nor mail before the handshake.
async fn starttls_server(authority: &Authority, names: &[&str]) -> FakeSmtp {
    let login = FakeLogin { user: "auth".into(), password: "s3cret".into(), mechanisms: "PLAIN" };
    FakeSmtp::start_with_starttls(authority.certify(names), login).await
}

fn starttls_url(host: &str, smtp: &FakeSmtp, mode: &str) -> String {
    format!("smtp://auth:s3cret@{host}:{}?tls={mode}", smtp.address().port())
}

/// Requests a code by mail, which arrives and is valid.
fn assert_mail_arrives(installation: &Installation, smtp: &FakeSmtp) {
    let server = installation.serve();
    let asked = ask_for_mail(&server, EMAIL);
    let mail = wait_for("the mail", || smtp.mails().pop());
    assert_eq!(mail.to, [EMAIL]);
    verify(&server, &asked.text("verification_id"), &mail.code().unwrap());
}

/// Requests a code by mail, which is not sent, for this reason.
fn assert_mail_stays(installation: &Installation, smtp: &FakeSmtp, reason: &str) {
    let server = installation.serve();
    ask_for_mail(&server, EMAIL);
    assert_failure_is_logged(&server, reason);
    let told = smtp.commands();
    assert!(told.iter().all(|line| line == "EHLO example.com" || line == "STARTTLS"), "{told:?}");
}

fn assert_failure_is_logged(server: &Server, reason: &str) {
    let line = wait_for("the failure", || server.err.find(|line| line.contains("message.failed")));
    assert!(line.contains(reason), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_out_over_tls_from_the_first_byte() {
    let authority = Authority::new("ours");
    let smtp = FakeSmtp::start().await;
    let url = behind_tls(&smtp.url(), authority.certify(HERE)).await;
    assert_mail_arrives(&mailing(&authority, &url), &smtp);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_out_over_tls_after_starttls() {
    let authority = Authority::new("ours");
    for (host, mode) in [("localhost", "required"), ("127.0.0.1", "opportunistic")] {
        let smtp = starttls_server(&authority, HERE).await;
        assert_mail_arrives(&mailing(&authority, &starttls_url(host, &smtp, mode)), &smtp);
        let told = smtp.commands();
        assert_eq!(told[..3], ["EHLO example.com", "STARTTLS", "EHLO example.com"], "{mode}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_to_no_server_that_a_stranger_vouches_for() {
    let (ours, stranger) = (Authority::new("ours"), Authority::new("a stranger"));
    let smtp = FakeSmtp::start().await;
    let url = behind_tls(&smtp.url(), stranger.certify(HERE)).await;
    assert_mail_stays(&mailing(&ours, &url), &smtp, UNTRUSTED);
    for mode in ["required", "opportunistic"] {
        let smtp = starttls_server(&stranger, HERE).await;
        assert_mail_stays(&mailing(&ours, &starttls_url("localhost", &smtp, mode)), &smtp, UNTRUSTED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_to_no_server_with_the_certificate_of_another() {
    let authority = Authority::new("ours");
    let smtp = FakeSmtp::start().await;
    let url = behind_tls(&smtp.url(), authority.certify(ELSEWHERE)).await;
    assert_mail_stays(&mailing(&authority, &url), &smtp, OF_ANOTHER);
    let smtp = starttls_server(&authority, ELSEWHERE).await;
    assert_mail_stays(&mailing(&authority, &starttls_url("127.0.0.1", &smtp, "required")), &smtp, OF_ANOTHER);
}

/// An attacker on the network path may write before the handshake. That must not be attributed to the server after it
/// (RFC 3207, 6).
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_the_handshake_does_not_count_after_it() {
    let authority = Authority::new("ours");
    let smtp = starttls_server(&authority, HERE).await;
    smtp.conduct(SmtpConduct::AnswerAhead);
    let url = starttls_url("localhost", &smtp, "required");
    assert_mail_stays(&mailing(&authority, &url), &smtp, "starting TLS with the mail server");
}

fn texting(trusted: &Authority, url: &str) -> Installation {
    trusting(trusted)
        .with("AUTH__SMS__KIND", "webhook")
        .with("AUTH__SMS__WEBHOOK__URL", url)
        .with("AUTH__SMS__WEBHOOK__SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
}

#[tokio::test(flavor = "multi_thread")]
async fn text_messages_go_to_a_webhook_over_tls() {
    let authority = Authority::new("ours");
    let webhook = FakeWebhook::start().await;
    let installation = texting(&authority, &behind_tls(&webhook.url(), authority.certify(HERE)).await);
    let server = installation.serve();
    let asked = ask_for_code(&server, PHONE);
    let message = wait_for("the message", || webhook.requests().pop()).json();
    verify(&server, &asked.text("verification_id"), message["code"].as_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn text_messages_go_to_no_webhook_that_is_not_proven() {
    let (ours, stranger) = (Authority::new("ours"), Authority::new("a stranger"));
    for (tls, reason) in [(stranger.certify(HERE), UNTRUSTED), (ours.certify(ELSEWHERE), OF_ANOTHER)] {
        let webhook = FakeWebhook::start().await;
        let installation = texting(&ours, &behind_tls(&webhook.url(), tls).await);
        let server = installation.serve();
        ask_for_code(&server, PHONE);
        assert_failure_is_logged(&server, reason);
        assert!(webhook.requests().is_empty());
    }
}

fn signing_in_with(trusted: &Authority, fake: &FakeOidc) -> Installation {
    trusting(trusted)
        .with("AUTH__PROVIDERS__ACME__KIND", "oidc")
        .with("AUTH__PROVIDERS__ACME__ISSUER", fake.issuer())
        .with("AUTH__PROVIDERS__ACME__CLIENT_ID", FakeOidc::CLIENT_ID)
        .with("AUTH__PROVIDERS__ACME__CLIENT_SECRET", FakeOidc::CLIENT_SECRET)
        .with("AUTH__PROVIDERS__ACME__REDIRECT_URIS", "https://app.example.com/signed-in")
}

const DEVICE: (&str, &str) = ("x-device-id", "0123456789abcdef0123456789abcdef");

fn locate(server: &Server) -> Answer {
    call(server.public, &request("GET", &provider_uri(&[("provider_id", "acme")]), &[DEVICE], ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn third_parties_are_asked_over_tls() {
    let authority = Authority::new("ours");
    let fake = FakeOidc::start(Arc::new(SystemClock));
    fake.publish_as(&behind_tls(&fake.issuer(), authority.certify(HERE)).await);
    let installation = signing_in_with(&authority, &fake);
    let server = installation.serve();
    let approval = fake.approve(&locate(&server).text("uri"), &Person::ada()).unwrap();
    let body = json!({ "provider_id": "acme", "provider_code": approval.code });
    let traded = call(server.public, &request("POST", "/auth/v1/provider/token", &[DEVICE], &body.to_string()));
    assert_eq!(traded.status, 200, "{}", traded.json());
    assert_eq!(traded.json()["provider_profile"]["sub"], Person::ada().subject);
}

#[tokio::test(flavor = "multi_thread")]
async fn third_parties_that_are_not_proven_are_not_asked() {
    let (ours, stranger) = (Authority::new("ours"), Authority::new("a stranger"));
    for (tls, reason) in [(stranger.certify(HERE), UNTRUSTED), (ours.certify(ELSEWHERE), OF_ANOTHER)] {
        let fake = FakeOidc::start(Arc::new(SystemClock));
        fake.publish_as(&behind_tls(&fake.issuer(), tls).await);
        let installation = signing_in_with(&ours, &fake);
        let server = installation.serve();
        assert_eq!(locate(&server).text("error"), "provider_error");
        let line = wait_for("the cause", || server.err.find(|line| line.contains("provider_error")));
        assert!(line.contains(reason), "{line}");
        assert_eq!(fake.calls("/.well-known/openid-configuration"), 0);
    }
}
