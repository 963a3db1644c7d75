//! Requests to a third party, and why one got no usable answer.

use auth_outbound::{ForbiddenAddress, OutboundError, OutboundHttp};
use serde::de::DeserializeOwned;
use thiserror::Error;
use url::Url;

/// Why a third party gave no usable answer. It contains nothing that the party said except an error code.
#[derive(Debug, Error)]
pub(crate) enum PartyError {
    /// There was no answer within the limits.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The party failed a moment ago and is left alone for a while.
    #[error("it failed a moment ago")]
    Resting,
    /// An OAuth error that the operator has to fix, such as `invalid_client`.
    #[error("the answer is the OAuth error {0:?}")]
    OAuth(String),
    /// The answer does not contain what it must.
    #[error("{0}")]
    Nonsense(&'static str),
}

impl From<ForbiddenAddress> for PartyError {
    fn from(forbidden: ForbiddenAddress) -> Self {
        Self::Outbound(forbidden.into())
    }
}

/// Fetches a JSON document, which must come with status 200.
pub(crate) async fn fetch<T: DeserializeOwned>(
    http: &OutboundHttp,
    address: &Url,
    bearer: Option<&str>,
) -> Result<T, OutboundError> {
    let request = http.get(address);
    let request = match bearer {
        Some(token) => request.bearer(token),
        None => request,
    };
    let answer = request.send().await?;
    if answer.status() == 200 { answer.json() } else { Err(OutboundError::Status(answer.status())) }
}
