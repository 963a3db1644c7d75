//! Find the address at a third party to which a user is sent to prove an identity.

use auth_domain::origin::Origin;
use auth_domain::provider_flows::ProviderFlow;
use auth_ports::{Cause, Halt, Halted as _, LocateError, LocateRequest, OrRefuse as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

use super::flow::Flows;
use crate::kit::{Limited, OverBudget, Providers, Recorder};

/// A request for the address that begins a flow.
#[derive(Debug, Clone)]
pub struct LocateCommand {
    /// The third party's id.
    pub provider_id: String,
    /// Where the third party sends the user back to; the first registered address by default.
    pub redirect_uri: Option<String>,
    /// The state that the third party hands back to the client; random by default.
    pub state: Option<String>,
    /// The scopes to ask for in place of the configured ones.
    pub scope: Option<String>,
    /// Further parameters for the third party.
    pub other_params: Vec<(String, String)>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Why no address was returned.
#[derive(Debug, Error)]
pub enum LocateProviderRefusal {
    /// No such third party is configured.
    #[error("provider_id is unknown")]
    UnknownProvider,
    /// The operator did not register this redirect address.
    #[error("redirect_uri is not registered for this provider")]
    RedirectUri,
    /// The request names no device, by which the end of the flow could be told from somebody else's.
    #[error("x-device-id is required")]
    NoDevice,
    /// There were too many requests. Each one leaves a row.
    #[error("too many sign-ins at third parties were begun from this network")]
    TooOften(OverBudget),
    /// The third party is unreachable or sends an invalid answer.
    #[error("the third party could not be asked")]
    Faulty(#[source] Cause),
}

/// Builds the addresses that begin flows.
pub struct LocateProvider {
    providers: Providers,
    flows: Flows,
    recorder: Recorder,
    limit: Limited,
}

impl LocateProvider {
    /// Builds the use case from its providers and ports.
    #[must_use]
    pub fn new(providers: Providers, flows: Flows, recorder: Recorder, limit: Limited) -> Self {
        Self { providers, flows, recorder, limit }
    }

    /// Begins a flow and returns the address to send the user to. A flow of the same device to the same redirect address
    /// that has not ended is given up.
    ///
    /// # Errors
    /// Returns [`LocateProviderRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: LocateCommand) -> Result<String, Halt<LocateProviderRefusal>> {
        let LocateCommand { provider_id, redirect_uri, state, scope, other_params, origin } = command;
        let provider = self.providers.get(&provider_id).ok_or(Halt::Refused(LocateProviderRefusal::UnknownProvider))?;
        let redirect_uri = self
            .providers
            .redirect_uri(provider, &origin.client, redirect_uri.as_deref())
            .ok_or(Halt::Refused(LocateProviderRefusal::RedirectUri))?;
        let slots = self.flows.slots(provider.id(), &origin, redirect_uri);
        let slot = slots.first().ok_or(Halt::Refused(LocateProviderRefusal::NoDevice))?;
        self.limit.spend(&origin).await.refused_as(LocateProviderRefusal::TooOften)?;
        let state = state.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(self.recorder.draw::<16>()));
        let begun = ProviderFlow::begin(slot.key, self.recorder.draw(), self.recorder.now());
        let flow = slot.reveal(&begun, redirect_uri);
        let located = provider.locate(&LocateRequest { flow, state, scope, other_params }).await;
        let address = located.map_err(|LocateError::Faulty(cause)| LocateProviderRefusal::Faulty(cause)).or_refuse()?;
        self.flows.begin(begun).await?;
        Ok(address)
    }
}
