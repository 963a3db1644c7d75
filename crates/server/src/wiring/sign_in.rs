//! The ways to sign in.

use std::sync::Arc;

use auth_application::sign_in::{SignInAnonymously, SignInWithCode, SignInWithPassword, SignInWithProvider};
use auth_application::sign_up::SignUp;
use auth_http::SignInUseCases;

use super::encrypted_requests::decrypt_request;
use super::parts::Parts;
use super::session::Sessions;
use crate::StartFailure;

pub(super) fn use_cases(
    parts: &Parts<'_>,
    sessions: &Sessions,
    sign_up: Arc<SignUp>,
) -> Result<SignInUseCases, StartFailure> {
    Ok(SignInUseCases {
        with_password: Arc::new(with_password(parts, sessions)),
        with_code: Arc::new(with_code(parts, sessions)),
        with_provider: Arc::new(with_provider(parts, sessions, sign_up)),
        anonymously: Arc::new(anonymously(parts, sessions)),
        decrypt_request: Arc::new(decrypt_request(parts)?),
    })
}

fn with_password(parts: &Parts<'_>, sessions: &Sessions) -> SignInWithPassword {
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

fn with_code(parts: &Parts<'_>, sessions: &Sessions) -> SignInWithCode {
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

fn with_provider(parts: &Parts<'_>, sessions: &Sessions, sign_up: Arc<SignUp>) -> SignInWithProvider {
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

fn anonymously(parts: &Parts<'_>, sessions: &Sessions) -> SignInAnonymously {
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
