//! For tests only: a webhook receiver inside the process, on a port of 127.0.0.1 that the system picks. It keeps what
//! it receives in memory and can be told to misbehave. It needs a tokio runtime with I/O, and stops when it is
//! dropped.

mod inbox;
mod webhook;

pub use inbox::Inbox;
pub use webhook::{FakeWebhook, ReceivedRequest, WebhookConduct};
