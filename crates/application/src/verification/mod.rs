//! Verifications: codes are sent, delivered, and exchanged for proofs.

mod deliver_messages;
mod send_code;
mod verify_code;

pub use deliver_messages::{DeliverMessages, Outlets};
pub use send_code::{SendCode, SendCodeCommand, SendCodePolicy, SendCodeRefusal, SentCode, Target};
pub use verify_code::{CodeReceipt, VerifyCode, VerifyCodeCommand, VerifyCodeRefusal};
