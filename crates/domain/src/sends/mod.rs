//! Sends: how many codes an address gets, and who has a share of them.
//!
//! Whoever can have codes sent to an address could use up what it gets, and keep its owner out. So there are three
//! shares, each of the same size: one for whoever belongs to the account, one for strangers, and one for newcomers to an
//! address without an account, of which no network gets more than a part.

mod decide;
mod share;

pub use decide::{SENDS_DAY, SendDecision, decide_send, remember};
pub use share::{Ask, Asker, KeptSends, PastSend, Sender, Share};
