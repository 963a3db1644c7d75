//! What use cases share. It knows none of them.

mod caller;
mod failed_sign_ins;
mod failure;
mod new_event;
mod password_tries;
mod proof_check;
mod providers;
mod pseudonyms;
mod rate_limit;
mod session_issuer;
mod session_starter;

pub use caller::Caller;
pub use failed_sign_ins::FailedSignIns;
pub use failure::Failure;
pub(crate) use new_event::new_event;
pub use password_tries::PasswordTries;
pub use proof_check::ProofProblem;
pub(crate) use proof_check::{Accepted, Presented, ProofRefusal, Worth, hash_of};
pub use providers::Providers;
pub(crate) use pseudonyms::pseudonyms;
pub(crate) use rate_limit::NotAdmitted;
pub use rate_limit::RateLimit;
pub(crate) use session_issuer::Begin;
pub use session_issuer::{SessionIssuer, Tokens};
pub use session_starter::SessionStarter;
pub(crate) use session_starter::{Arrival, Shown, StartError};
