//! A third party's failure, described so that the operator's log says which party failed at which step.

use auth_domain::external_identities::ProviderId;
use auth_outbound::OutboundError;
use auth_ports::{ExchangeError, LocateError};
use thiserror::Error;

use crate::party::PartyError;

/// One step that failed.
#[derive(Debug, Error)]
#[error("{provider}: {step}")]
pub(crate) struct Fault {
    provider: ProviderId,
    step: &'static str,
    #[source]
    source: PartyError,
}

/// Why a call failed, before it is expressed as an error of the port.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The grant is at fault.
    Refused(&'static str),
    /// This kind of grant is not accepted.
    Unsupported,
    /// The third party is at fault.
    Faulty(&'static str, PartyError),
}

impl From<&'static str> for Trouble {
    fn from(refusal: &'static str) -> Self {
        Self::Refused(refusal)
    }
}

/// The time limit of the whole call is the only failure that belongs to no particular step.
impl From<OutboundError> for Trouble {
    fn from(error: OutboundError) -> Self {
        Self::Faulty("the whole call", error.into())
    }
}

impl Trouble {
    /// Makes a function for `map_err` that attributes an error to `step`.
    pub(crate) fn at<E: Into<PartyError>>(step: &'static str) -> impl Fn(E) -> Self {
        move |error| Self::Faulty(step, error.into())
    }

    pub(crate) fn into_exchange_error(self, provider: &ProviderId) -> ExchangeError {
        match self {
            Self::Refused(text) => ExchangeError::Refused(text),
            Self::Unsupported => ExchangeError::Unsupported,
            Self::Faulty(step, source) => ExchangeError::Faulty(fault(provider, step, source)),
        }
    }
}

/// Makes the error for an address that could not be built.
pub(crate) fn locate_error(provider: &ProviderId, source: PartyError) -> LocateError {
    LocateError::Faulty(fault(provider, "reading its discovery document", source))
}

fn fault(provider: &ProviderId, step: &'static str, source: PartyError) -> auth_ports::Cause {
    Box::new(Fault { provider: provider.clone(), step, source })
}
