//! Text messages: one file a vendor.

mod signature;
mod webhook;

pub use webhook::{WebhookSender, WebhookSettings, WebhookSettingsError};
