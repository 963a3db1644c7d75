//! Sample messages, and assertions about errors.

use auth_domain::Timestamp;
use auth_domain::identifier::{EmailScheme, IdentifierScheme, PhoneNumberScheme};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::messages::{Channel, Content, Language, MessageId, Notice, NoticeKind, OutgoingMessage};
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::verifications::{VerificationCode, VerificationId};
use auth_ports::SendError;

/// The `n`th message for a channel, with its own address, id and code: an e-mail address for e-mail, else a phone
/// number.
///
/// # Panics
/// Never: the samples are valid.
#[must_use]
pub fn message(channel: Channel, n: u8) -> OutgoingMessage {
    let address_as_sent = match channel {
        Channel::EMAIL => format!("Person{n}@Example.com"),
        _ => format!("+86 130000{n:05}"),
    };
    let to = match channel {
        Channel::EMAIL => EmailScheme.parse(&address_as_sent),
        _ => PhoneNumberScheme::default().parse(&address_as_sent),
    };
    let key = ServerKey::new(SecretBytes::new([7; 32]));
    OutgoingMessage {
        id: MessageId::new([n; 16]),
        to: to.expect("valid"),
        address_as_sent,
        language: if n.is_multiple_of(2) { Language::Chinese } else { Language::English },
        content: Content::Code { code: VerificationCode::derive(&key, VerificationId::new([n; 16])), ttl_minutes: 10 },
        created_at: Timestamp::from_timestamp(1_700_000_000, 0).expect("in range"),
    }
}

/// The code of the `n`th message, as the person reads it.
#[must_use]
pub fn code_of(message: &OutgoingMessage) -> &str {
    message.code().map_or("no code", VerificationCode::expose)
}

/// The `n`th message for a channel, telling its receiver that a third party's identity was bound to their account.
#[must_use]
pub fn notice(channel: Channel, n: u8) -> OutgoingMessage {
    let bound = Notice::about(NoticeKind::IdentityAdded, format!("party{n}"));
    OutgoingMessage { content: Content::Notice(bound), ..message(channel, n) }
}

/// Everything that an error says, to a log or to a person.
#[must_use]
pub fn words_of(error: &SendError) -> String {
    let mut words = format!("{error:?} {error}");
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        words = format!("{words} {source:?} {source}");
        next = source.source();
    }
    words
}

/// Fails if `words` contain the code or the address in any spelling.
///
/// # Panics
/// Then.
pub fn assert_discreet(words: &str, message: &OutgoingMessage) {
    let lower = words.to_lowercase();
    for secret in [code_of(message), &message.address_as_sent, message.to.canonical(), message.to.shown()] {
        assert!(!lower.contains(&secret.to_lowercase()), "{secret} in {words}");
    }
}

/// The error, which must be temporary.
///
/// # Panics
/// When it is not.
pub fn assert_temporary(result: Result<(), SendError>) -> SendError {
    match result {
        Err(error @ SendError::Temporary(_)) => error,
        other => panic!("should be temporary: {other:?}"),
    }
}

/// The error, which must be permanent.
///
/// # Panics
/// When it is not.
pub fn assert_permanent(result: Result<(), SendError>) -> SendError {
    match result {
        Err(error @ SendError::Permanent(_)) => error,
        other => panic!("should be permanent: {other:?}"),
    }
}
