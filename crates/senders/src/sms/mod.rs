//! Text messages: one file a vendor.

mod webhook;

pub use webhook::{WebhookSection, WebhookSender, WebhookSettings, WebhookSettingsError};
