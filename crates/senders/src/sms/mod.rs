//! Text messages, one file per vendor.

mod webhook;

pub use webhook::{SmsWebhookSection, WebhookSender, WebhookSettings, WebhookSettingsError};
