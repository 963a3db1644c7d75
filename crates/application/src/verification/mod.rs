//! Verifications: codes are sent, delivered, and exchanged for proofs.

mod breaker;
mod channel_places;
mod deliver_messages;
mod delivery;
mod handover;
mod notice_budget;
mod pauses;
mod places;
mod removals;
mod send_budget;
mod send_code;
mod verify_code;

pub use breaker::BreakerState;
pub use deliver_messages::{DeliverMessages, Outlets};
pub use handover::Handover;
pub use notice_budget::NoticeBudget;
pub use places::{LaneState, Places};
pub use send_budget::{SendBudget, SendQuotas, SendTotals};
pub use send_code::{SendCode, SendCodeCommand, SendCodePolicy, SendCodeRefusal, SentCode, Target};
pub use verify_code::{CodeReceipt, VerifyCode, VerifyCodeCommand, VerifyCodeRefusal};
