//! The fake's instructions and what it has seen, shared by all conversations.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::super::mail::ReceivedMail;
use auth_outbound::testing::Inbox;

/// How [`FakeSmtp`](super::FakeSmtp) behaves from the next command on. Texts are complete replies, such as `550 5.1.1
/// no such user`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SmtpConduct {
    /// Accepts everything.
    #[default]
    Accept,
    /// Answers MAIL FROM with this reply.
    RefuseSender(String),
    /// Answers RCPT TO with this reply.
    RefuseRecipient(String),
    /// Answers a complete message with this reply, and keeps none.
    RefuseContent(String),
    /// Accepts a message, then closes the connection instead of confirming it.
    DropAfterContent,
    /// Accepts a message, then sends nothing more on this connection.
    HangAfterContent,
    /// Sends nothing more on connections that name a recipient whose address ends like this.
    HangAtRecipient(String),
    /// Sends nothing, not even a greeting.
    Hang,
    /// Answers STARTTLS together with the answers to the commands that come next.
    AnswerAhead,
}

/// The login that [`FakeSmtp`](super::FakeSmtp) requires before it accepts mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeLogin {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// The mechanisms in the answer to EHLO, `PLAIN` and `LOGIN`, separated by spaces.
    pub mechanisms: &'static str,
}

pub(super) struct State {
    pub(super) login: Option<FakeLogin>,
    pub(super) start_tls: Option<TlsAcceptor>,
    pub(super) conduct: Mutex<SmtpConduct>,
    pub(super) connections: AtomicUsize,
    /// How many are open.
    pub(super) open: watch::Sender<usize>,
    /// How often all of them were closed.
    pub(super) hung_up: watch::Sender<usize>,
    pub(super) commands: Mutex<Vec<String>>,
    pub(super) mails: Inbox<ReceivedMail>,
}
