//! Find the address at a third party to which a user is sent to prove an identity.

use std::sync::Arc;

use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_ports::{Cause, Entropy, Halt, LocateError, LocateRequest, OrRefuse as _, draw};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

use super::flow::flow_of;
use crate::kit::Providers;

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
    /// The third party is unreachable or sends an invalid answer.
    #[error("the third party could not be asked")]
    Faulty(#[source] Cause),
}

/// Builds the addresses that begin flows.
pub struct LocateProvider {
    providers: Providers,
    entropy: Arc<dyn Entropy>,
    key: ServerKey,
}

impl LocateProvider {
    /// Builds the use case from its providers and ports.
    #[must_use]
    pub fn new(providers: Providers, entropy: Arc<dyn Entropy>, key: ServerKey) -> Self {
        Self { providers, entropy, key }
    }

    /// Returns the address to send the user to.
    ///
    /// # Errors
    /// Returns [`LocateProviderRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: LocateCommand) -> Result<String, Halt<LocateProviderRefusal>> {
        let provider =
            self.providers.get(&command.provider_id).ok_or(Halt::Refused(LocateProviderRefusal::UnknownProvider))?;
        let flow = flow_of(&self.key, &self.providers, provider, &command.origin, command.redirect_uri.as_deref())
            .ok_or(Halt::Refused(LocateProviderRefusal::RedirectUri))?;
        let state = command.state.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(draw::<16>(&*self.entropy)));
        let request = LocateRequest { flow, state, scope: command.scope, other_params: command.other_params };
        let located = provider.locate(&request).await;
        located.map_err(|LocateError::Faulty(cause)| LocateProviderRefusal::Faulty(cause)).or_refuse()
    }
}
