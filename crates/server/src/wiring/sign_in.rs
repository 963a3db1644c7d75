//! The ways to sign in.

use std::sync::Arc;

use auth_application::sign_in::{SignInAnonymously, SignInWithCode, SignInWithPassword, SignInWithProvider};
use auth_application::sign_up::SignUp;

use super::parts::Parts;
use super::sessions::Sessions;

pub(super) fn with_password(parts: &Parts<'_>, sessions: &Sessions) -> SignInWithPassword {
    SignInWithPassword::new(
        parts.stores.clone(),
        parts.stores.clone(),
        parts.hasher.clone(),
        parts.clock.clone(),
        parts.failed_sign_ins(),
        parts.schemes.clone(),
        sessions.starter.clone(),
        parts.password_tries(),
        parts.settings.verification.reveal_existence,
    )
}

pub(super) fn with_code(parts: &Parts<'_>, sessions: &Sessions) -> SignInWithCode {
    SignInWithCode::new(
        parts.stores.clone(),
        parts.stores.clone(),
        parts.clock.clone(),
        parts.failed_sign_ins(),
        parts.key.clone(),
        parts.schemes.clone(),
        sessions.starter.clone(),
    )
}

pub(super) fn with_provider(parts: &Parts<'_>, sessions: &Sessions, sign_up: Arc<SignUp>) -> SignInWithProvider {
    SignInWithProvider::new(
        parts.stores.clone(),
        parts.stores.clone(),
        parts.clock.clone(),
        parts.entropy.clone(),
        parts.failed_sign_ins(),
        parts.key.clone(),
        sessions.starter.clone(),
        sign_up,
    )
}

pub(super) fn anonymously(parts: &Parts<'_>, sessions: &Sessions) -> SignInAnonymously {
    SignInAnonymously::new(
        parts.stores.clone(),
        parts.stores.clone(),
        parts.clock.clone(),
        parts.entropy.clone(),
        sessions.starter.clone(),
        parts.settings.anonymous.enabled,
        parts.rate_limit("anonymous", parts.settings.limits.anonymous_sign_ins_per_network()),
    )
}
