//! Becoming a user.

mod with_proof;

use std::sync::Arc;

use auth_application::session::Authenticate;
use auth_application::sign_up::SignUp;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::with_proof::SignUpBody;
use crate::endpoint;
use crate::endpoints::Endpoints;

/// The use cases behind the endpoint of signing up.
pub struct SignUpUseCases {
    /// Makes a user.
    pub sign_up: Arc<SignUp>,
    /// Recognises the anonymous user who signs up.
    pub authenticate: Arc<Authenticate>,
}

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new("sign_up").with(endpoint!(with_proof::sign_up))
}
