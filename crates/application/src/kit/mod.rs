//! What use cases share. Nothing here knows a particular use case.

mod budget;
mod caller;
mod gate;
mod keyed_limits;
mod known_devices;
mod limit;
mod passwords;
mod payment;
mod presence;
mod proof_check;
mod providers;
mod pseudonym;
mod recorder;
mod rules;
mod sessions;

pub use auth_ports::{Failure, Halt, Halted};
pub use budget::{Budget, Limited, OverBudget, Reached, Spent, TooOften};
pub use caller::Caller;
pub use gate::{Gate, GateRefusal};
pub use keyed_limits::KeyedLimits;
pub use known_devices::KnownDevices;
pub use limit::{Charge, Limit};
pub use passwords::{PasswordTries, Passwords};
pub use payment::Payments;
pub(crate) use payment::{Attempt, PaidRequest, look_twice};
pub use presence::{NotPresent, Presence};
pub use proof_check::ProofProblem;
pub(crate) use proof_check::{Accepted, Worth, hash_of};
pub use providers::Providers;
pub(crate) use pseudonym::pseudonyms;
pub use recorder::Recorder;
pub use rules::{RefusedByRule, Rules};
pub(crate) use sessions::{Arrival, Begin, Shown};
pub use sessions::{Sessions, Tokens};
