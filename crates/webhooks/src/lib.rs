//! Signed requests to backends of the operator's: events that happened, and questions before a user comes into being.
//!
//! | adapter | port | what it posts |
//! | --- | --- | --- |
//! | [`WebhookSubscriber`] | [`EventHandler`](auth_ports::EventHandler) | an event, until it is taken |
//! | [`HttpRule`] | [`Rule`](auth_ports::Rule) | somebody who is about to become a user, and reads what the backend says |
//!
//! Both sign as Standard Webhooks asks for (standardwebhooks.com), with every secret that is set, so that one can replace
//! another. `docs/events.md` describes the bodies for whoever receives them.
//!
//! # Rules
//!
//! No error repeats an address, a secret, or what the other side said.

mod backend;
mod payload;
mod rule;
mod sections;
mod subscriber;

pub use backend::{BackendError, BackendSettings};
pub use rule::{HttpRule, HttpRuleSettings};
pub use sections::{RuleSection, WebhookSection};
pub use subscriber::WebhookSubscriber;
