//! What the wiring hands over.

use std::sync::Arc;

use auth_application::sign_in::{
    DecryptRequest, SignInAnonymously, SignInWithCode, SignInWithPassword, SignInWithProvider,
};

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
