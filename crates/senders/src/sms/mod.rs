//! Text messages: one file a vendor.

mod signature;
mod webhook;

pub use webhook::{WebhookSection, WebhookSender, WebhookSettings, WebhookSettingsError};
