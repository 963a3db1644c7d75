//! Text messages: one file a vendor.

mod webhook;

pub use webhook::{WebhookSender, WebhookSettings, WebhookSettingsError};
