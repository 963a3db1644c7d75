//! What can go wrong with a mail server, without the server's own text: that may quote the recipient's address, the
//! message and thus the code, or the credentials.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use auth_ports::SendError;
use lettre::transport::smtp::Error as SmtpError;
use thiserror::Error;
use tokio::time::timeout;

/// How far the conversation got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    StartTls,
    SignIn,
    Sender,
    Recipient,
    Content,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting to the mail server",
            Self::StartTls => "starting TLS with the mail server",
            Self::SignIn => "signing in to the mail server",
            Self::Sender => "naming the sender to the mail server",
            Self::Recipient => "naming the recipient to the mail server",
            Self::Content => "handing the message to the mail server",
        })
    }
}

/// Why a message was not delivered.
#[derive(Debug, Error)]
pub(super) enum SmtpFailure {
    /// A reply according to RFC 5321, 4.2, with the code of RFC 3463 if there is one.
    #[error("{step}: it answered {code}{enhanced}")]
    Refused { step: Step, code: u16, enhanced: String },
    #[error("{step}: {what}")]
    Broken { step: Step, what: String },
    #[error("{step}: no answer within {limit:?}")]
    Silent { step: Step, limit: Duration },
    #[error("the mail server did not accept the message within {0:?}")]
    TimedOut(Duration),
    #[error("the address is not an e-mail address")]
    Unaddressable,
    #[error("the message could not be composed: {0}")]
    Unwritable(#[from] lettre::error::Error),
}

impl SmtpFailure {
    pub(super) fn at(step: Step, error: &SmtpError) -> Self {
        if let Some(code) = error.status() {
            return Self::Refused { step, code: code.into(), enhanced: enhanced_code(error) };
        }
        let what = match error.is_response() {
            true => "its answer was cut short or unreadable".to_owned(),
            false => error.to_string(),
        };
        Self::Broken { step, what }
    }

    /// Whether the server completed the conversation, so that the connection can be used for another message.
    pub(super) fn leaves_connection_usable(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if *code != SHUTTING_DOWN)
    }

    fn is_permanent(&self) -> bool {
        match self {
            Self::Refused { step: Step::Recipient | Step::Content, code, .. } => {
                *code >= 500 && !ABOUT_SIGNING_IN.contains(code)
            }
            Self::Unaddressable | Self::Unwritable(_) => true,
            _ => false,
        }
    }
}

/// Waits for a step no longer than the limit.
pub(super) async fn within<T>(
    limit: Duration,
    step: Step,
    work: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, SmtpFailure> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(|error| SmtpFailure::at(step, &error)),
        Err(_) => Err(SmtpFailure::Silent { step, limit }),
    }
}

/// "Service not available, closing transmission channel" (RFC 5321, 4.2.3).
const SHUTTING_DOWN: u16 = 421;
/// Refusals that the operator can resolve, whenever they come (RFC 4954, 6).
const ABOUT_SIGNING_IN: [u16; 4] = [530, 534, 535, 538];

impl From<SmtpFailure> for SendError {
    fn from(failure: SmtpFailure) -> Self {
        if failure.is_permanent() { Self::Permanent(failure.into()) } else { Self::Temporary(failure.into()) }
    }
}

/// Returns a space and the first word of the reply if that looks like `5.1.1`; otherwise nothing.
fn enhanced_code(error: &SmtpError) -> String {
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    let word = text.split_whitespace().next().unwrap_or_default();
    let parts: Vec<&str> = word.split('.').collect();
    let is_number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() == 3 && parts.iter().all(is_number) { format!(" {word}") } else { String::new() }
}
