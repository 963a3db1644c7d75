//! Verifications: codes are sent, delivered, and exchanged for proofs.

mod deliver_messages;
mod notice_budget;
mod send_budget;
mod send_code;
mod verify_code;

pub use deliver_messages::{DeliverMessages, Outlets};
pub use notice_budget::NoticeBudget;
pub use send_budget::{SendBudget, SendQuotas, SendTotals};
pub use send_code::{SendCode, SendCodeCommand, SendCodePolicy, SendCodeRefusal, SentCode, Target};
pub use verify_code::{CodeReceipt, VerifyCode, VerifyCodeCommand, VerifyCodeRefusal};
