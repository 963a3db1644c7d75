//! Messages to people: their channels and their texts.
//!
//! # How to add a channel
//!
//! A channel is a name. An identifier scheme says which channel reaches its addresses
//! ([`IdentifierScheme::channel`](crate::identifier::IdentifierScheme::channel)), a sender delivers the messages, and
//! both are registered in the program's `main`; there is no list of channels. A channel uses the texts of text
//! messages unless [`Templates`] has others for it.

mod backlog;
mod channel;
mod lane;
mod language;
mod message;
mod notice;
mod templates;

pub use backlog::MessageBacklog;
pub use channel::Channel;
pub use lane::Lane;
pub use language::Language;
pub use message::{Content, MessageId, OutgoingMessage, QueuedContent, QueuedMessage};
pub use notice::{NOTICE_TTL, Notice, NoticeKind};
pub use templates::{Template, TemplateError, Templates, Words};
