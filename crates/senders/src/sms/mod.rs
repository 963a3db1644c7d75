//! Text messages, one file per vendor.

mod webhook;

pub use webhook::{WebhookSection, WebhookSender, WebhookSettings, WebhookSettingsError};
