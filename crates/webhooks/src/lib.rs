//! Signed requests to backends of the operator's: events that have happened, and questions before a user is created.
//!
//! | adapter | port | what it posts |
//! | --- | --- | --- |
//! | [`WebhookSubscriber`] | [`EventHandler`](auth_ports::EventHandler) | an event, until it is taken |
//! | [`HttpRule`] | [`Rule`](auth_ports::Rule) | somebody who is about to become a user, and reads what the backend says |
//!
//! Both sign requests according to Standard Webhooks (standardwebhooks.com), with every secret that is set, so that
//! one can replace another. `docs/events.md` describes the bodies for those who receive them.
//!
//! # Rules
//!
//! No error repeats an address, a secret, or what the backend said.

mod backend;
mod payload;
mod rule;
mod sections;
mod subscriber;

pub use backend::{BackendError, BackendSettings};
pub use rule::{HttpRule, HttpRuleSettings};
pub use sections::{RuleSection, WebhookSection};
pub use subscriber::WebhookSubscriber;
