//! Starting a session of somebody who is a user already, or of a device.

mod anonymously;
mod encrypted;
mod public_key;
mod with_password_or_code;
mod with_provider;

use std::sync::Arc;

use auth_application::sign_in::{
    DecryptRequest, SignInAnonymously, SignInWithCode, SignInWithPassword, SignInWithProvider,
};

use crate::endpoint;
use crate::endpoints::Endpoints;

/// The use cases behind the endpoints of signing in.
pub struct SignInUseCases {
    /// Signs in by login name and password.
    pub with_password: Arc<SignInWithPassword>,
    /// Signs in by a code that was sent to an address.
    pub with_code: Arc<SignInWithCode>,
    /// Signs in with an identity at a third party.
    pub with_provider: Arc<SignInWithProvider>,
    /// Signs in by device only.
    pub anonymously: Arc<SignInAnonymously>,
    /// Reads sign-ins that a client encrypted, and has the key for it.
    pub decrypt_request: Arc<DecryptRequest>,
}

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new("sign_in")
        .with(endpoint!(with_password_or_code::sign_in))
        .with(endpoint!(with_provider::sign_in_with_provider))
        .with(endpoint!(anonymously::sign_in_anonymously))
        .with(endpoint!(public_key::public_key))
        .with(endpoint!(encrypted::sign_in_encrypted))
}
