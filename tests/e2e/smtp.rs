//! E-mail through a mail server.

use std::time::Duration;

use auth_senders::testing::{FakeLogin, FakeSmtp, SmtpConduct};
use auth_tests::{
    Address, Caller as _, Flows as _, SentCode, TestApp, TestAppBuilder, eventually, unique_email, unique_phone,
};
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/auth/v1/verification";
/// Messages that wait the few seconds until the next try, not the ten seconds or more for which they are leased.
const PUT_OFF: &str = "messages WHERE due_at > created_at AND due_at < created_at + interval '5 seconds'";
/// A mail that waits for nobody is there within milliseconds; the rest is for machines that have much else to do. One
/// that waits for a place waits for the 15 seconds after which a mail server that does not answer is given up.
const WITHOUT_WAITING: Duration = Duration::from_secs(2);
const FROM: &str = "Example <no-reply@example.com>";

fn through(smtp_url: &str) -> TestAppBuilder {
    TestApp::builder().set("AUTH__SMTP__URL", smtp_url).set("AUTH__SMTP__FROM", FROM)
}

/// Requests a code, and returns its id.
async fn ask(app: &TestApp, email: &Address, language: &str) -> String {
    let request = app.device().request(Method::POST, PATH).header("accept-language", language);
    let answer = app.anonymous().send(request.json(&email.with(json!({})))).await.ok();
    answer["verification_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_code_arrives_by_mail_and_signs_up() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).start().await;
    for (language, word) in [("en", "code"), ("zh-CN", "验证码")] {
        let email = unique_email();
        let id = ask(&app, &email, language).await;
        let mail = smtp.next_mail().await;
        assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("no-reply@example.com", &[email.text().to_owned()][..]));
        assert!(mail.text().to_lowercase().contains(word), "{}", mail.text());
        let code = mail.code().expect("a code");
        assert!(mail.html().contains(&code), "{}", mail.html());
        let token = app.device().verify(&SentCode { id, code }).await;
        let body = email.with(json!({ "verification_token": token }));
        app.device().post("/auth/v1/signup", body).await.ok();
    }
    assert!(app.messages().all().is_empty(), "nothing is printed when mail goes out");
    app.device().send_code(&unique_phone()).await;
}

#[tokio::test]
async fn a_mail_server_that_requires_a_login() {
    let login = FakeLogin { user: "auth".into(), password: "s3cret".into(), mechanisms: "PLAIN LOGIN" };
    let smtp = FakeSmtp::start_with_login(login).await;
    let app = through(&format!("smtp://auth:s3cret@{}", smtp.address())).start().await;
    ask(&app, &unique_email(), "en").await;
    smtp.next_mail().await;
}

/// The worker waits a second or so before it tries again.
#[tokio::test]
async fn a_temporary_refusal_is_retried_under_the_same_id() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).with_system_clock().start().await;
    smtp.conduct(SmtpConduct::RefuseRecipient("451 4.7.1 come back later".into()));
    let email = unique_email();
    let id = ask(&app, &email, "en").await;
    let refused = || smtp.commands().iter().any(|line| line.starts_with("RCPT"));
    eventually("the mail was refused once", refused).await;
    smtp.conduct(SmtpConduct::Accept);
    let mail = smtp.next_mail().await;
    app.device().verify(&SentCode { id, code: mail.code().expect("a code") }).await;
    eventually("the queue is empty", || app.database().count("messages") == 0).await;
    assert_eq!(smtp.mails().len(), 1);
}

#[tokio::test]
async fn a_permanent_refusal_is_not_retried() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).start().await;
    smtp.conduct(SmtpConduct::RefuseRecipient("550 5.1.1 no such user".into()));
    ask(&app, &unique_email(), "en").await;
    eventually("the message is dropped", || app.database().count("messages") == 0).await;
    assert_eq!(smtp.commands().iter().filter(|line| line.starts_with("RCPT")).count(), 1);
    smtp.conduct(SmtpConduct::Accept);
    ask(&app, &unique_email(), "en").await;
    smtp.next_mail().await;
}

#[tokio::test]
async fn a_mail_server_that_is_down_disturbs_nobody() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).start().await;
    smtp.conduct(SmtpConduct::Hang);
    for _ in 0..5 {
        ask(&app, &unique_email(), "en").await;
    }
    app.device().sign_up_by_phone().await;
    assert_eq!(app.database().count("messages"), 5, "kept for later");
    smtp.hang_up().await;
    smtp.conduct(SmtpConduct::Accept);
}

/// One domain's mails hang at the mail server, far more of them than it is given at once.
#[tokio::test]
async fn a_domain_that_hangs_delays_nobody_else() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).with_system_clock().start().await;
    smtp.conduct(SmtpConduct::HangAtRecipient("@slow.example".into()));
    for number in 0..40 {
        ask(&app, &Address::email(&format!("person{number}@slow.example")), "en").await;
    }
    for _ in 0..5 {
        let email = unique_email();
        ask(&app, &email, "en").await;
        let mail = tokio::time::timeout(WITHOUT_WAITING, smtp.next_mail()).await.expect("it need not wait");
        assert_eq!(mail.to, [email.text()]);
        app.device().send_code(&unique_phone()).await;
    }
    let given = smtp.commands().iter().filter(|line| line.contains("@slow.example")).count();
    assert!((1..40).contains(&given), "{given} were given to the mail server");
    assert!(app.database().count("messages") >= 40 - i64::try_from(given).expect("few"), "the others are kept");
    // The application ends when its deliveries have.
    drop(smtp);
}

#[tokio::test]
async fn a_waiting_message_survives_a_restart() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).start().await;
    smtp.conduct(SmtpConduct::RefuseSender("421 4.3.2 shutting down".into()));
    let email = unique_email();
    let id = ask(&app, &email, "en").await;
    eventually("it is postponed", || app.database().count(PUT_OFF) == 1).await;
    let next = app.beside().set("AUTH__SMTP__URL", &smtp.url()).set("AUTH__SMTP__FROM", FROM);
    app.wait_seconds(120);
    smtp.conduct(SmtpConduct::Accept);
    drop(app);
    let next = next.start().await;
    let mail = smtp.next_mail().await;
    next.device().verify(&SentCode { id, code: mail.code().expect("a code") }).await;
}

/// Nobody can use an expired code.
#[tokio::test]
async fn an_expired_code_is_not_sent() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).start().await;
    smtp.conduct(SmtpConduct::RefuseSender("421 4.3.2 shutting down".into()));
    ask(&app, &unique_email(), "en").await;
    eventually("it is postponed", || app.database().count(PUT_OFF) == 1).await;
    smtp.conduct(SmtpConduct::Accept);
    app.wait_seconds(600);
    eventually("it is dropped", || app.database().count("messages") == 0).await;
    assert!(smtp.mails().is_empty());
}

/// Spoofed headers must not end up in a message.
#[tokio::test]
async fn hosts_that_a_request_names_do_not_appear_in_mail() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).start().await;
    let mut request = app.device().request(Method::POST, PATH).json(&unique_email().with(json!({})));
    for name in ["host", "x-forwarded-host", "x-forwarded-for", "forwarded", "referer", "user-agent"] {
        request = request.header(name, "evil.example");
    }
    app.anonymous().send(request).await.ok();
    let mail = smtp.next_mail().await;
    assert!(
        !mail.raw.contains("evil") && !mail.html().contains("evil") && !mail.text().contains("evil"),
        "{}",
        mail.raw
    );
}

#[tokio::test]
async fn an_address_cannot_add_headers_or_recipients() {
    let smtp = FakeSmtp::start().await;
    let app = through(&smtp.url()).start().await;
    for hostile in [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "a@b.example,c@d.example",
        "<a@b.example>",
    ] {
        let answer = app.device().post(PATH, json!({ "email": hostile })).await;
        answer.refused(auth_tests::INVALID_ARGUMENT);
    }
    assert!(smtp.commands().is_empty());
}
