//! What the wiring hands over.

use std::sync::Arc;

use auth_application::session::Authenticate;
use auth_application::sign_up::SignUp;

/// The use cases behind the endpoint of signing up.
pub struct SignUpUseCases {
    /// Makes a user.
    pub sign_up: Arc<SignUp>,
    /// Recognises the anonymous user who signs up.
    pub authenticate: Arc<Authenticate>,
}
