//! E-mail, against a mail server within the process.

use std::sync::Arc;
use std::time::Duration;

use auth_contracts::remote_senders::RemoteProbe;
use auth_contracts::senders::{
    Delivery, PATIENT, Probe, assert_permanent, assert_temporary, code_of, message, words_of,
};
use auth_domain::messages::{Channel, Language};
use auth_ports::MessageSender;
use auth_senders::testing::{FakeLogin, FakeSmtp, ReceivedMail, SmtpConduct};
use auth_senders::{SmtpSender, SmtpSettings, SmtpTimeouts};
use rstest::rstest;

auth_contracts::senders!(SmtpProbe);
auth_contracts::remote_senders!(SmtpProbe);

const FROM: &str = "Sign-up <auth@mail.example.com>";

fn settings(url: &str) -> SmtpSettings {
    let timeouts = SmtpTimeouts { message: PATIENT, ..SmtpTimeouts::default() };
    SmtpSettings { timeouts, max_connections: 8, ..SmtpSettings::new(url.into(), FROM.to_owned()) }
}

fn sender(url: &str) -> Arc<SmtpSender> {
    Arc::new(SmtpSender::new(settings(url)).unwrap_or_else(|e| panic!("{e}")))
}

struct SmtpProbe {
    server: FakeSmtp,
    sender: Arc<SmtpSender>,
}

impl Probe for SmtpProbe {
    const CHANNEL: Channel = Channel::EMAIL;

    async fn start(limit: Duration) -> Self {
        let server = FakeSmtp::start().await;
        let timeouts = SmtpTimeouts { message: limit, ..SmtpTimeouts::default() };
        let settings = SmtpSettings { timeouts, ..settings(&server.url()) };
        Self { sender: Arc::new(SmtpSender::new(settings).expect("valid")), server }
    }

    fn sender(&self) -> Arc<dyn MessageSender> {
        self.sender.clone()
    }

    fn deliveries(&self) -> Vec<Delivery> {
        self.server.mails().iter().map(delivery).collect()
    }

    fn fail_for_now(&self) {
        self.server.conduct(SmtpConduct::RefuseRecipient("451 4.7.1 greylisted, come back later".into()));
    }

    fn recover(&self) {
        self.server.conduct(SmtpConduct::Accept);
    }
}

impl RemoteProbe for SmtpProbe {
    fn refuse_for_good(&self, quote: &str) {
        self.server.conduct(SmtpConduct::RefuseContent(format!("554 5.7.1 no spam like {quote}")));
    }

    fn lose_answers(&self) {
        self.server.conduct(SmtpConduct::DropAfterContent);
    }

    fn hang(&self) {
        self.server.conduct(SmtpConduct::Hang);
    }

    fn to_nobody() -> Arc<dyn MessageSender> {
        sender("smtp://127.0.0.1:1")
    }
}

fn delivery(mail: &ReceivedMail) -> Delivery {
    let id = mail.header("Message-ID").expect("an id");
    Delivery {
        id: id.trim_start_matches('<').trim_end_matches("@mail.example.com>").to_owned(),
        to: mail.to.join(" "),
        content: format!("{}\n{}", mail.text(), mail.raw),
    }
}

#[tokio::test]
async fn a_mail_has_both_parts_and_all_headers() {
    let probe = SmtpProbe::start(PATIENT).await;
    let mut message = message(Channel::EMAIL, 1);
    for (language, subject) in [(Language::Chinese, "您的验证码"), (Language::English, "Your verification code")] {
        message.language = language;
        probe.sender.send(&message).await.expect("delivered");
        let mail = probe.server.next_mail().await;
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("auth@mail.example.com", &["Person1@example.com".into()][..])
        );
        assert_eq!(mail.subject(), subject);
        for (name, value) in [
            ("Message-ID", format!("<{}@mail.example.com>", message.id)),
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("To", "Person1@example.com".to_owned()),
            ("Date", "Tue, 14 Nov 2023 22:13:20 +0000".to_owned()),
            ("MIME-Version", "1.0".to_owned()),
        ] {
            assert_eq!(mail.header(name), Some(value), "{name}");
        }
        assert!(mail.header("From").is_some_and(|from| from.ends_with("<auth@mail.example.com>")));
        assert!(mail.header("Content-Type").is_some_and(|kind| kind.starts_with("multipart/alternative;")));
        assert_eq!(mail.code().as_deref(), Some(code_of(&message)));
        assert!(mail.html().contains(code_of(&message)) && mail.html().ends_with("</html>"), "{}", mail.html());
        assert!(mail.raw.is_ascii() && mail.raw.lines().all(|line| line.len() <= 78), "{}", mail.raw);
    }
}

#[tokio::test]
async fn a_long_domain_does_not_break_the_message_id() {
    let server = FakeSmtp::start().await;
    let domain = format!("{}.{}.example", "a".repeat(63), "b".repeat(63));
    let settings = SmtpSettings { from: format!("auth@{domain}"), ..settings(&server.url()) };
    let message = message(Channel::EMAIL, 1);
    SmtpSender::new(settings).expect("valid").send(&message).await.expect("delivered");
    let id = server.next_mail().await.header("Message-ID");
    assert_eq!(id, Some(format!("<{}@{domain}>", message.id)));
}

#[rstest]
#[case::busy(SmtpConduct::RefuseRecipient("450 4.2.1 mailbox busy".into()), true)]
#[case::full(SmtpConduct::RefuseRecipient("452 4.2.2 mailbox full".into()), true)]
#[case::shutting_down(SmtpConduct::RefuseRecipient("421 4.3.2 shutting down".into()), true)]
#[case::content_later(SmtpConduct::RefuseContent("451 4.3.0 try later".into()), true)]
#[case::sender(SmtpConduct::RefuseSender("550 5.7.1 sender not yours".into()), true)]
#[case::sign_in(SmtpConduct::RefuseRecipient("530 5.7.0 sign in first".into()), true)]
#[case::unknown(SmtpConduct::RefuseRecipient("550 5.1.1 no such user".into()), false)]
#[case::many_lines(SmtpConduct::RefuseRecipient("550-5.1.1 no such user\r\n550 5.1.1 here".into()), false)]
#[case::no_enhanced_code(SmtpConduct::RefuseRecipient("553 what a name".into()), false)]
#[case::content(SmtpConduct::RefuseContent("554 5.6.0 no".into()), false)]
#[tokio::test]
async fn refusals_of_recipient_and_content_are_permanent(#[case] conduct: SmtpConduct, #[case] temporary: bool) {
    let probe = SmtpProbe::start(PATIENT).await;
    probe.server.conduct(conduct);
    let result = probe.sender.send(&message(Channel::EMAIL, 1)).await;
    if temporary {
        assert_temporary(result)
    } else {
        assert_permanent(result)
    };
    assert!(probe.server.mails().is_empty());
}

#[tokio::test]
async fn a_refusal_names_step_and_codes() {
    let probe = SmtpProbe::start(PATIENT).await;
    probe.server.conduct(SmtpConduct::RefuseRecipient("550 5.1.1 <who> is unknown".into()));
    let words = words_of(&assert_permanent(probe.sender.send(&message(Channel::EMAIL, 1)).await));
    assert!(words.contains("naming the recipient to the mail server: it answered 550 5.1.1"), "{words}");
    assert!(!words.contains("unknown"), "{words}");
}

#[tokio::test]
async fn a_message_without_a_mail_address_is_refused() {
    let probe = SmtpProbe::start(PATIENT).await;
    assert_permanent(probe.sender.send(&message(Channel::SMS, 1)).await);
    assert_eq!(probe.server.connections(), 0);
}

#[rstest]
#[tokio::test]
async fn signs_in(#[values("PLAIN", "LOGIN", "LOGIN PLAIN")] mechanisms: &'static str) {
    let server = FakeSmtp::start_with_login(login(mechanisms)).await;
    let sender = sender(&format!("smtp://me%40example.com:p%40ss%2F%E5%AF%86@{}", server.address()));
    for n in 0..2 {
        sender.send(&message(Channel::EMAIL, n)).await.expect("delivered");
    }
    assert_eq!((server.mails().len(), server.connections()), (2, 1));
}

fn login(mechanisms: &'static str) -> FakeLogin {
    FakeLogin { user: "me@example.com".into(), password: "p@ss/密".into(), mechanisms }
}

#[rstest]
#[case::wrong_password("me%40example.com:s3cret@")]
#[case::no_credentials("")]
#[tokio::test]
async fn a_failed_sign_in_is_temporary_and_keeps_the_password(
    #[case] credentials: &str,
    #[values("PLAIN", "LOGIN", "CRAM-MD5")] mechanisms: &'static str,
) {
    let server = FakeSmtp::start_with_login(login(mechanisms)).await;
    let sender = sender(&format!("smtp://{credentials}{}", server.address()));
    let words = words_of(&assert_temporary(sender.send(&message(Channel::EMAIL, 1)).await));
    assert!(!words.contains("s3cret") && !words.contains("me@"), "{words}");
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_server_is_tried_by_signing_in_and_gets_no_mail() {
    let server = FakeSmtp::start_with_login(login("PLAIN")).await;
    for (password, is_right) in [("p%40ss%2F%E5%AF%86", true), ("wrong", false)] {
        let sender = sender(&format!("smtp://me%40example.com:{password}@{}", server.address()));
        let tried = sender.try_receiver().await.expect("there is somebody to be tried");
        assert_eq!(tried.is_ok(), is_right, "{tried:?}");
    }
    assert!(server.mails().is_empty());
}

#[rstest]
#[case::starttls("smtp", "?tls=required")]
#[case::tls_from_the_first_byte("smtps", "")]
#[tokio::test]
async fn nothing_is_sent_in_the_clear_if_tls_is_required(#[case] scheme: &str, #[case] query: &str) {
    let server = FakeSmtp::start_with_login(login("PLAIN LOGIN")).await;
    let sender = sender(&format!("{scheme}://me%40example.com:pass@{}{query}", server.address()));
    assert_temporary(sender.send(&message(Channel::EMAIL, 1)).await);
    let told = server.commands();
    assert!(!told.iter().any(|line| line.contains("AUTH") || line.contains("MAIL")), "{told:?}");
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn opportunistic_tls_is_skipped_if_none_is_offered() {
    let server = FakeSmtp::start().await;
    let sender = sender(&format!("{}?tls=opportunistic", server.url()));
    sender.send(&message(Channel::EMAIL, 1)).await.expect("delivered");
    assert_eq!(server.commands()[0], "EHLO mail.example.com");
}

#[tokio::test]
async fn connections_are_reused() {
    let probe = SmtpProbe::start(PATIENT).await;
    for n in 0..5 {
        probe.sender.send(&message(Channel::EMAIL, n)).await.expect("delivered");
    }
    assert_eq!(probe.server.connections(), 1);
}

#[tokio::test]
async fn concurrent_messages_share_a_bounded_number_of_connections() {
    let probe = SmtpProbe::start(PATIENT).await;
    let mut sends = tokio::task::JoinSet::new();
    for n in 0..100 {
        let sender = probe.sender();
        sends.spawn(async move { sender.send(&message(Channel::EMAIL, n)).await });
    }
    assert!(sends.join_all().await.iter().all(Result::is_ok));
    assert_eq!(probe.server.mails().len(), 100);
    assert!((2..=8).contains(&probe.server.connections()), "{}", probe.server.connections());
}

#[tokio::test]
async fn a_refused_recipient_does_not_cost_the_connection_or_the_next_message() {
    let probe = SmtpProbe::start(PATIENT).await;
    probe.server.conduct(SmtpConduct::RefuseRecipient("550 5.1.1 no such user".into()));
    assert_permanent(probe.sender.send(&message(Channel::EMAIL, 1)).await);
    probe.recover();
    probe.sender.send(&message(Channel::EMAIL, 2)).await.expect("delivered");
    let mails = probe.server.mails();
    assert_eq!((mails.len(), probe.server.connections()), (1, 1));
    assert_eq!(mails[0].to, ["Person2@example.com"]);
}

/// If it were reused, the pending reply to this message would be taken for the reply to the next one.
#[tokio::test]
async fn an_interrupted_connection_is_not_reused() {
    let probe = SmtpProbe::start(PATIENT).await;
    probe.server.conduct(SmtpConduct::HangAfterContent);
    let unanswered = message(Channel::EMAIL, 1);
    tokio::select! {
        result = probe.sender.send(&unanswered) => panic!("nobody answered: {result:?}"),
        mail = probe.server.next_mail() => assert_eq!(mail.to, ["Person1@example.com"]),
    }
    probe.recover();
    probe.sender.send(&message(Channel::EMAIL, 2)).await.expect("delivered");
    assert_eq!(probe.server.connections(), 2);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let probe = SmtpProbe::start(PATIENT).await;
    probe.sender.send(&message(Channel::EMAIL, 1)).await.expect("delivered");
    probe.server.hang_up().await;
    probe.sender.send(&message(Channel::EMAIL, 2)).await.expect("delivered");
    assert_eq!((probe.server.mails().len(), probe.server.connections()), (2, 2));
}

#[tokio::test]
async fn a_connection_idle_for_a_minute_is_not_reused() {
    let probe = SmtpProbe::start(PATIENT).await;
    probe.sender.send(&message(Channel::EMAIL, 1)).await.expect("delivered");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(60)).await;
    tokio::time::resume();
    probe.sender.send(&message(Channel::EMAIL, 2)).await.expect("delivered");
    assert_eq!(probe.server.connections(), 2);
}

/// A hanging recipient does not take as long as the whole message may, and the step is named.
#[tokio::test]
async fn each_answer_has_a_limit_and_the_connection_is_closed() {
    let server = FakeSmtp::start().await;
    let timeouts = SmtpTimeouts { answer: Duration::from_millis(50), ..SmtpTimeouts::default() };
    let sender = SmtpSender::new(SmtpSettings { timeouts, ..settings(&server.url()) }).expect("valid");
    server.conduct(SmtpConduct::HangAtRecipient("@example.com".into()));
    let words = words_of(&assert_temporary(sender.send(&message(Channel::EMAIL, 1)).await));
    assert!(words.contains("naming the recipient to the mail server: no answer within 50ms"), "{words}");
    server.conduct(SmtpConduct::Accept);
    sender.send(&message(Channel::EMAIL, 2)).await.expect("delivered");
    assert_eq!(server.connections(), 2, "its answer may still come, so the connection is not used again");
}

#[rstest]
#[case("")]
#[case("auth")]
#[case("auth@")]
#[case("auth@exa mple")]
#[case("Sign-up auth@example.com>")]
#[case("au\r\nth@example.com")]
#[case("Sign\r\nBcc: x@example.com <auth@example.com>")]
#[case("auth@bücher.example")]
#[case("äuth@example.com")]
fn sender_addresses_that_are_not_addresses_are_refused(#[case] from: &str) {
    let settings = SmtpSettings { from: from.to_owned(), ..settings("smtp://localhost") };
    assert!(SmtpSender::new(settings).is_err(), "{from:?} was accepted");
}

#[test]
fn settings_are_checked_before_anything_runs() {
    assert!(SmtpSender::new(settings("smtp://localhost")).is_ok(), "no runtime needed");
    assert!(SmtpSender::new(settings("mail.example.com")).is_err());
    let usual = SmtpTimeouts::default();
    for timeouts in [
        SmtpTimeouts { message: Duration::ZERO, ..usual },
        SmtpTimeouts { answer: Duration::ZERO, ..usual },
        SmtpTimeouts { connect: Duration::ZERO, ..usual },
    ] {
        assert!(SmtpSender::new(SmtpSettings { timeouts, ..settings("smtp://localhost") }).is_err(), "{timeouts:?}");
    }
    assert!(SmtpSender::new(SmtpSettings { max_connections: 0, ..settings("smtp://localhost") }).is_err());
}
