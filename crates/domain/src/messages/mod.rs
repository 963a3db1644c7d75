//! What goes out to people, by which channel and in which words.
//!
//! # How to add a channel
//!
//! A channel is a name. An identifier scheme says which one reaches its addresses
//! ([`IdentifierScheme::channel`](crate::identifier::IdentifierScheme::channel)), a sender carries its messages, and
//! both are registered in the program's `main`; there is no list of channels. Its words are those of text messages
//! unless [`Templates`] has others for it.

mod channel;
mod language;
mod message;
mod templates;

pub use channel::Channel;
pub use language::Language;
pub use message::{MessageId, OutgoingMessage, QueuedMessage};
pub use templates::{Template, TemplateError, Templates, Words};
