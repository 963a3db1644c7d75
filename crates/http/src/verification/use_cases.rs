//! What the wiring hands over.

use std::sync::Arc;

use auth_application::session::Authenticate;
use auth_application::verification::{SendCode, VerifyCode};

/// The use cases behind the endpoints of verification.
pub struct VerificationUseCases {
    /// Sends a code.
    pub send_code: Arc<SendCode>,
    /// Checks a code.
    pub verify_code: Arc<VerifyCode>,
    /// Recognises the user whose own address is meant (`CUR_USER`).
    pub authenticate: Arc<Authenticate>,
}
