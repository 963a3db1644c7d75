//! Asking a third party, and why it gave no usable answer.

use auth_outbound::{ForbiddenAddress, OutboundError, OutboundHttp};
use serde::de::DeserializeOwned;
use thiserror::Error;
use url::Url;

/// Why a third party gave no usable answer. Holds nothing that it said besides an error code.
#[derive(Debug, Error)]
pub(crate) enum PartyError {
    /// There is no answer within the limits.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// It failed a moment ago and is left alone for a while.
    #[error("it failed a moment ago")]
    Resting,
    /// An OAuth error that is the operator's to mend, such as `invalid_client`.
    #[error("the answer is the OAuth error {0:?}")]
    OAuth(String),
    /// An answer that says something else than it must.
    #[error("{0}")]
    Nonsense(&'static str),
}

impl From<ForbiddenAddress> for PartyError {
    fn from(forbidden: ForbiddenAddress) -> Self {
        Self::Outbound(forbidden.into())
    }
}

/// Asks for a JSON document, which comes with status 200 or not at all.
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
