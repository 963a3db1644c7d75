//! Becoming a user.

mod described;
mod use_cases;
mod with_proof;

pub use self::described::scenario_fields;
pub use self::use_cases::SignUpUseCases;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::with_proof::SignUpBody;
use crate::endpoint;
use crate::endpoints::Endpoints;

/// The name of the table.
pub(crate) const TABLE: &str = "sign_up";

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new(TABLE).with(endpoint!(with_proof::sign_up))
}
