//! Why a request is not a sign-up.

use thiserror::Error;

use crate::identifier::IdentifierError;

/// Why a request is not a sign-up. The texts are for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No scenario recognises the request. The text lists what each of them requires.
    #[error("one of these is required: {0}")]
    NoScenario(String),
    /// The request has a name and perhaps a password, which prove nothing; operators create such users.
    #[error(
        "a username alone cannot sign up: users without phone, email or third party are created in the admin backend (POST /admin/v1/users)"
    )]
    NameAlone,
    /// Two scenarios recognise the request.
    #[error("{0} and {1} cannot be used together: sign up with one and add the other later")]
    Ambiguous(&'static str, &'static str),
    /// The request has an address without a proof of it.
    #[error("verification_token is required with {0}")]
    MissingVerificationToken(&'static str),
    /// An address is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// A scenario refuses for a reason of its own.
    #[error("{0}")]
    Own(String),
}
