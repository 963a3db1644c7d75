//! What use cases share. It knows none of them.

mod caller;
mod failed_sign_ins;
mod new_event;
mod password_tries;
mod proof_check;
mod providers;
mod pseudonyms;
mod rate_limit;
mod session_issuer;
mod session_starter;

pub use auth_ports::{Failure, Halt, Halted};
pub use caller::Caller;
pub use failed_sign_ins::FailedSignIns;
pub(crate) use new_event::new_event;
pub use password_tries::PasswordTries;
pub use proof_check::ProofProblem;
pub(crate) use proof_check::{Accepted, Presented, Worth, hash_of};
pub use providers::Providers;
pub(crate) use pseudonyms::pseudonyms;
pub use rate_limit::{RateLimit, TooOften};
pub(crate) use session_issuer::Begin;
pub use session_issuer::{SessionIssuer, Tokens};
pub use session_starter::SessionStarter;
pub(crate) use session_starter::{Arrival, Shown};
