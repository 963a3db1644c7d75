//! Who waits for whom.

use std::fmt;

use super::{Channel, QueuedContent, QueuedMessage};
use crate::identifier::Identifier;

/// Messages that wait for each other, since one receiver takes them: those to one domain, or all of a channel whose
/// addresses have none, because its vendor takes them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane {
    /// The channel.
    pub channel: Channel,
    /// The domain, in the address's canonical form. Empty for the vendor of the channel.
    pub receiver: String,
}

impl Lane {
    /// Returns the lane of messages to this address. What follows the first `@`, up to another one, counts as the
    /// domain, whatever the kind of the address, so that stores can tell it from the address that they keep.
    #[must_use]
    pub fn of(channel: Channel, to: &Identifier) -> Self {
        Self { channel, receiver: to.canonical().split('@').nth(1).unwrap_or_default().to_owned() }
    }

    /// Whether everybody on the channel is in this lane.
    #[must_use]
    pub fn is_whole_channel(&self) -> bool {
        self.receiver.is_empty()
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.channel)?;
        if self.is_whole_channel() { Ok(()) } else { write!(f, " to {}", self.receiver) }
    }
}

impl QueuedMessage {
    /// Returns the lane in which the message waits.
    #[must_use]
    pub fn lane(&self) -> Lane {
        Lane::of(self.channel, &self.to)
    }

    /// Whether everything else goes first: a notice, or what was tried before. A person waits for a fresh code.
    #[must_use]
    pub fn can_wait(&self) -> bool {
        self.attempts > 0 || matches!(self.content, QueuedContent::Notice(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{EmailScheme, IdentifierScheme as _, PhoneNumberScheme};

    #[test]
    fn mail_waits_by_domain_and_text_messages_for_their_vendor() {
        let mail = Lane::of(Channel::EMAIL, &EmailScheme.parse("Ann.Lee@Mail.Example.COM").expect("valid"));
        assert_eq!(
            (mail.receiver.as_str(), mail.to_string().as_str()),
            ("mail.example.com", "email to mail.example.com")
        );
        let text = Lane::of(Channel::SMS, &PhoneNumberScheme::default().parse("+86 13000000000").expect("valid"));
        assert!(text.is_whole_channel());
        assert_eq!(text.to_string(), "sms");
    }
}
