//! Why a request brought no answer.

use thiserror::Error;

use crate::ForbiddenAddress;

/// Why a party gave no usable answer. Holds nothing that the party said, and no address.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// The address may not be called.
    #[error("the address may not be called: {0}")]
    Forbidden(#[from] ForbiddenAddress),
    /// The client cannot be set up, such as on a system without root certificates.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
    /// There was no connection or no TLS, or it was broken off.
    #[error("the request failed")]
    Failed(#[source] reqwest::Error),
    /// The answer was not complete within the time limit.
    #[error("no complete answer in time")]
    TimedOut,
    /// As many requests wait for this party already as may.
    #[error("too many requests are under way")]
    Busy,
    /// The answer is longer than the limit.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The answer has a status that the caller has no use for. Redirects are such.
    #[error("the answer has status {0}")]
    Status(u16),
    /// The answer is not the JSON that the caller reads.
    #[error("the answer is not the JSON expected")]
    NotJson,
}

/// Without the address, which may hold a key.
pub(crate) fn failed(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() { OutboundError::TimedOut } else { OutboundError::Failed(error.without_url()) }
}
