//! Becoming a user.

mod described;
mod use_cases;
mod with_proof;

pub use self::described::scenario_fields;
pub use self::use_cases::SignUpUseCases;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::with_proof::SignUpBody;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::SignUp).with(endpoint!(with_proof::sign_up))
}
