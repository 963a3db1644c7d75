//! A message in the format of RFC 5322: 7-bit, multipart/alternative, and the same at every attempt.

use std::time::SystemTime;

use auth_domain::messages::{OutgoingMessage, Words};
use lettre::address::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use super::failure::SmtpFailure;

/// The envelope and the content.
pub(super) struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: Vec<u8>,
}

impl Letter {
    pub(super) fn write(from: &Mailbox, message: &OutgoingMessage, words: Words) -> Result<Self, SmtpFailure> {
        let to: Address = message.to.shown().parse().map_err(|_| SmtpFailure::Unaddressable)?;
        if !AsRef::<str>::as_ref(&to).is_ascii() {
            return Err(SmtpFailure::Unaddressable);
        }
        let content = Message::builder()
            .from(from.clone())
            .to(to.clone().into())
            .date(SystemTime::from(message.created_at))
            .subject(&words.subject)
            .raw_header(plain("Message-ID", format!("<{}@{}>", message.id, from.email.domain())))
            .raw_header(plain("Auto-Submitted", "auto-generated".to_owned()))
            .multipart(alternative(message, words))?;
        Ok(Self { from: from.email.clone(), to, bytes: content.formatted() })
    }
}

/// Makes a header that must stay on one line and unchanged; `value` is printable ASCII. `Auto-Submitted` keeps
/// vacation responders from replying (RFC 3834, 5).
fn plain(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

fn alternative(message: &OutgoingMessage, words: Words) -> MultiPart {
    let plain = MultiPart::alternative()
        .boundary(message.id.as_uuid().simple().to_string())
        .singlepart(SinglePart::plain(words.text));
    match words.html {
        Some(html) => plain.singlepart(SinglePart::html(html)),
        None => plain,
    }
}
