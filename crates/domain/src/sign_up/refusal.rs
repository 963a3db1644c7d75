//! Why a request is not a sign-up.

use thiserror::Error;

use crate::identifier::IdentifierError;

/// Why a request is not a sign-up. The texts are for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No scenario recognises it. The text lists what each of them requires.
    #[error("one of these is required: {0}")]
    NoScenario(String),
    /// A name and a password prove nothing; operators make such users.
    #[error(
        "a username alone cannot sign up: users without phone, email or third party are made in the admin backend (POST /admin/v1/users)"
    )]
    NameAlone,
    /// Two scenarios claim it.
    #[error("{0} and {1} cannot be used together: sign up with one and add the other later")]
    Ambiguous(&'static str, &'static str),
    /// An address without its proof.
    #[error("verification_token is required with {0}")]
    MissingVerificationToken(&'static str),
    /// A malformed address.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// A scenario's own reason.
    #[error("{0}")]
    Own(String),
}
