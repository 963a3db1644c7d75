//! Proving control of an address with a code.

mod send_code;
mod use_cases;
mod verify_code;

pub use self::use_cases::VerificationUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::Verification).with(endpoint!(send_code::send_code)).with(endpoint!(verify_code::verify_code))
}
