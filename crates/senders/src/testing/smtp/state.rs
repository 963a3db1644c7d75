//! What the fake was told and what it has seen, shared by all conversations.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::super::mail::ReceivedMail;
use auth_outbound::testing::Inbox;

/// How [`FakeSmtp`](super::FakeSmtp) behaves, from the next command on. Texts are whole replies, such as
/// `550 5.1.1 no such user`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SmtpConduct {
    /// Takes everything.
    #[default]
    Accept,
    /// Answers MAIL FROM with this.
    RefuseSender(String),
    /// Answers RCPT TO with this.
    RefuseRecipient(String),
    /// Answers a whole message with this, and keeps none.
    RefuseContent(String),
    /// Takes a message, then closes the connection instead of saying so.
    DropAfterContent,
    /// Takes a message, then says nothing more on this connection.
    HangAfterContent,
    /// Says nothing, not even a greeting.
    Hang,
    /// Answers STARTTLS and, in the same breath, what it will be asked next.
    AnswerAhead,
}

/// What [`FakeSmtp`](super::FakeSmtp) wants to hear before it takes mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeLogin {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// The EHLO line's mechanisms, of `PLAIN` and `LOGIN`, separated by spaces.
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
