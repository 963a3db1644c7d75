//! What goes out to people, by which channel and in which words.
//!
//! # How to add a channel
//!
//! A channel is a name. An identifier scheme says which one reaches its addresses
//! ([`IdentifierScheme::channel`](crate::identifier::IdentifierScheme::channel)), a sender carries its messages, and
//! both are registered in the program's `main`; there is no list of channels. Its words are those of text messages
//! unless [`Templates`] has others for it.

mod channel;
mod templates;

use uuid::Uuid;

pub use channel::Channel;
pub use templates::{Template, TemplateError, Templates, Words};

use crate::Timestamp;
use crate::identifier::Identifier;
use crate::verifications::{VerificationCode, VerificationId};

/// A message's id, the same at every attempt to deliver it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageId(Uuid);

impl MessageId {
    /// From 16 random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// From a store.
    #[must_use]
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// For a store.
    #[must_use]
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Languages that templates exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Language {
    /// Chinese, the language of the hosted service's SDKs by default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The tag that stores keep.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// The first tag of `tags` that starts with a known language; used for `locale` and for
    /// `Accept-Language` (RFC 9110, 12.5.4; weights are ignored).
    #[must_use]
    pub fn choose(tags: &str) -> Option<Self> {
        tags.split(',').find_map(|tag| match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        })
    }
}

/// A message as it waits to be sent: ids, no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The same at every attempt.
    pub id: MessageId,
    /// Its code is derived from this id when it is sent.
    pub verification: VerificationId,
    /// Where it goes.
    pub to: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// By which channel.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
    /// When it was written.
    pub created_at: Timestamp,
    /// From when on it is useless.
    pub expires_at: Timestamp,
    /// How often it was tried before.
    pub attempts: u16,
}

/// A message with its secret, on its way through a sender.
#[derive(Debug, Clone)]
pub struct OutgoingMessage {
    /// The same at every attempt; senders pass it on so that receivers can drop repetitions.
    pub id: MessageId,
    /// Where it goes.
    pub to: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// In which language.
    pub language: Language,
    /// The code to deliver.
    pub code: VerificationCode,
    /// When it was written.
    pub created_at: Timestamp,
    /// How long the code lives from being made, in minutes.
    pub code_ttl_minutes: u32,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn language_follows_the_client() {
        for (tags, language) in [
            ("zh-CN", Some(Language::Chinese)),
            ("en-US,en;q=0.9", Some(Language::English)),
            ("fr, en", Some(Language::English)),
            ("fr", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(Language::choose(tags), language, "{tags}");
        }
    }

    /// A tag of a language, in any case.
    fn known() -> impl Strategy<Value = (String, Language)> {
        prop_oneof![("[zZ][hH]", Just(Language::Chinese)), ("[eE][nN]", Just(Language::English))]
    }

    proptest! {
        #[test]
        fn the_first_known_tag_counts_whatever_stands_around_it(
            unknown in "((\\*|de|fr|[a-df-y][a-z]{0,3}|é)?(;q=1)? {0,2}, {0,2}){0,4}",
            (tag, language) in known(),
            rest in "(-[A-Za-z]{0,8})?(;q=0)?(, ?(zh|en|\\PC{0,9}))?",
        ) {
            prop_assert_eq!(Language::choose(&format!("{unknown}{tag}{rest}")), Some(language));
        }

        #[test]
        fn what_is_chosen_was_named(tags in "(?s).{0,40}|[zhen, -]{0,12}") {
            if let Some(language) = Language::choose(&tags) {
                prop_assert!(tags.to_ascii_lowercase().contains(language.tag()));
                prop_assert_eq!(Language::choose(language.tag()), Some(language));
            }
        }
    }
}
