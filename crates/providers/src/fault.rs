//! A third party's failure, told so that the operator's log says whose it was and at which step.

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

/// Why a call came to nothing, before the port's words for it are chosen.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The grant is at fault.
    Refused(&'static str),
    /// The sort of grant is not taken.
    Unsupported,
    /// The third party is at fault.
    Faulty(&'static str, PartyError),
}

impl From<&'static str> for Trouble {
    fn from(refusal: &'static str) -> Self {
        Self::Refused(refusal)
    }
}

/// The time limit of the whole call is the only failure without a step of its own.
impl From<OutboundError> for Trouble {
    fn from(error: OutboundError) -> Self {
        Self::Faulty("the whole call", error.into())
    }
}

impl Trouble {
    /// For `map_err`: a failure at `step`.
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

/// An address could not be built.
pub(crate) fn locate_error(provider: &ProviderId, source: PartyError) -> LocateError {
    LocateError::Faulty(fault(provider, "reading its discovery document", source))
}

fn fault(provider: &ProviderId, step: &'static str, source: PartyError) -> auth_ports::Cause {
    Box::new(Fault { provider: provider.clone(), step, source })
}
