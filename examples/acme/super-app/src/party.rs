//! What the super-app answers when a code is traded. Its status is 200 whatever it says.

use auth_domain::external_identities::MAX_SUBJECT_CHARS;
use auth_outbound::{Answer, OutboundError};
use auth_ports::ExchangeError;
use serde::Deserialize;
use thiserror::Error;

/// The code is not one of its own.
const UNKNOWN_CODE: i64 = 40029;
/// The code was traded before.
const USED_CODE: i64 = 40163;

#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    No { errcode: i64 },
    Yes { openid: String },
}

/// What is wrong with the super-app, or with what we are there. Its own words may hold the code, so only numbers are kept.
#[derive(Debug, Error)]
enum Fault {
    #[error("the super-app answered with error {0}")]
    Error(i64),
    #[error("the super-app named nobody")]
    Nobody,
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

/// Who it is: the person's `openid` at this app.
pub(crate) fn openid(answer: Result<Answer, OutboundError>) -> Result<String, ExchangeError> {
    let told = answer.and_then(|answer| answer.successful()?.json()).map_err(|error| faulty(error.into()))?;
    match told {
        Told::No { errcode: UNKNOWN_CODE } => {
            Err(ExchangeError::Refused("provider_code is not known to the super-app"))
        }
        Told::No { errcode: USED_CODE } => Err(ExchangeError::Refused("provider_code was used before")),
        Told::No { errcode } => Err(faulty(Fault::Error(errcode))),
        Told::Yes { openid } if is_subject(&openid) => Ok(openid),
        Told::Yes { .. } => Err(faulty(Fault::Nobody)),
    }
}

fn is_subject(openid: &str) -> bool {
    (1..=MAX_SUBJECT_CHARS).contains(&openid.chars().count()) && !openid.chars().any(char::is_control)
}

fn faulty(fault: Fault) -> ExchangeError {
    ExchangeError::Faulty(fault.into())
}
