//! The ways to sign in.

use std::sync::Arc;

use auth_application::sign_in::{SignInAnonymously, SignInWithCode, SignInWithPassword, SignInWithProvider};
use auth_application::sign_up::SignUp;
use auth_http::SignInUseCases;

use super::encrypted_requests::decrypt_request;
use super::parts::Parts;
use super::session::SessionParts;
use crate::StartFailure;

pub(super) fn use_cases(
    parts: &Parts<'_>,
    sessions: &SessionParts,
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

fn with_password(parts: &Parts<'_>, sessions: &SessionParts) -> SignInWithPassword {
    SignInWithPassword::new(
        parts.stores.accounts.clone(),
        parts.passwords(),
        parts.recorder(),
        parts.schemes.clone(),
        sessions.sessions.clone(),
        parts.settings.verification.reveal_existence,
    )
}

fn with_code(parts: &Parts<'_>, sessions: &SessionParts) -> SignInWithCode {
    let (stores, schemes) = (parts.stores.accounts.clone(), parts.schemes.clone());
    SignInWithCode::new(stores, parts.payments(), parts.recorder(), schemes, sessions.sessions.clone())
}

fn with_provider(parts: &Parts<'_>, sessions: &SessionParts, sign_up: Arc<SignUp>) -> SignInWithProvider {
    let stores = parts.stores.accounts.clone();
    SignInWithProvider::new(stores, parts.payments(), parts.recorder(), sessions.sessions.clone(), sign_up)
}

fn anonymously(parts: &Parts<'_>, sessions: &SessionParts) -> SignInAnonymously {
    SignInAnonymously::new(
        parts.stores.accounts.clone(),
        parts.stores.users.clone(),
        parts.recorder(),
        sessions.sessions.clone(),
        parts.settings.anonymous.enabled,
        parts.limited("anonymous", parts.settings.limits.anonymous_sign_ins_per_network()),
    )
}
