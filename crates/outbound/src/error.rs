//! Why a request got no answer.

use thiserror::Error;

use crate::ForbiddenAddress;

/// Why a party gave no usable answer. It contains nothing that the party said, and no address.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// The address may not be called.
    #[error("the address may not be called: {0}")]
    Forbidden(#[from] ForbiddenAddress),
    /// The client cannot be set up, for example on a system without root certificates.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
    /// The connection or TLS could not be established, or was broken off.
    #[error("the request failed")]
    Failed(#[source] reqwest::Error),
    /// The answer was not complete within the time limit.
    #[error("no complete answer in time")]
    TimedOut,
    /// Too many requests to this party are under way.
    #[error("too many requests are under way")]
    Busy,
    /// The answer is longer than the limit.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The answer has a status that the caller cannot use, such as a redirect.
    #[error("the answer has status {0}")]
    Status(u16),
    /// The answer is not the JSON that the caller expects.
    #[error("the answer is not the expected JSON")]
    NotJson,
}

/// Removes the address from the error, because it may contain a key.
pub(crate) fn failed(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() { OutboundError::TimedOut } else { OutboundError::Failed(error.without_url()) }
}
