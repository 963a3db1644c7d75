//! Sample messages, and assertions about errors.

use auth_domain::Timestamp;
use auth_domain::identifier::{EmailScheme, IdentifierScheme, PhoneNumberScheme};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::messages::{Channel, Language, MessageId, OutgoingMessage};
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::verifications::{VerificationCode, VerificationId};
use auth_ports::SendError;

/// The `n`th message for a channel, with its own address, id and code.
pub(crate) fn message(channel: Channel, n: u8) -> OutgoingMessage {
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
        code: VerificationCode::derive(&key, VerificationId::new([n; 16])),
        created_at: Timestamp::from_timestamp(1_700_000_000, 0).expect("in range"),
        code_ttl_minutes: 10,
    }
}

/// Everything that an error says, to a log or to a person.
pub(crate) fn words_of(error: &SendError) -> String {
    let mut words = format!("{error:?} {error}");
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        words = format!("{words} {source:?} {source}");
        next = source.source();
    }
    words
}

/// Fails if `words` contain the code or the address in any spelling.
pub(crate) fn assert_discreet(words: &str, message: &OutgoingMessage) {
    let lower = words.to_lowercase();
    for secret in [message.code.expose(), &message.address_as_sent, message.to.canonical(), message.to.shown()] {
        assert!(!lower.contains(&secret.to_lowercase()), "{secret} in {words}");
    }
}

pub(crate) fn assert_temporary(result: Result<(), SendError>) -> SendError {
    match result {
        Err(error @ SendError::Temporary(_)) => error,
        other => panic!("should be temporary: {other:?}"),
    }
}

pub(crate) fn assert_permanent(result: Result<(), SendError>) -> SendError {
    match result {
        Err(error @ SendError::Permanent(_)) => error,
        other => panic!("should be permanent: {other:?}"),
    }
}
