//! Proving control of an address with a code.

mod send_code;
mod verify_code;

use std::sync::Arc;

use auth_application::session::Authenticate;
use auth_application::verification::{SendCode, VerifyCode};

use crate::endpoint;
use crate::endpoints::Endpoints;

/// The use cases behind the endpoints of verification.
pub struct VerificationUseCases {
    /// Sends a code.
    pub send_code: Arc<SendCode>,
    /// Checks a code.
    pub verify_code: Arc<VerifyCode>,
    /// Recognises the user whose own address is meant (`CUR_USER`).
    pub authenticate: Arc<Authenticate>,
}

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new("verification").with(endpoint!(send_code::send_code)).with(endpoint!(verify_code::verify_code))
}
