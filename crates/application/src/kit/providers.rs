//! The registered identity providers, and which clients may use them.

use std::sync::Arc;

use auth_domain::clients::{ClientId, Clients};
use auth_domain::external_identities::ProviderId;
use auth_ports::IdentityProvider;

/// The registered identity providers, and the clients that use them.
#[derive(Clone)]
pub struct Providers {
    providers: Arc<[Arc<dyn IdentityProvider>]>,
    clients: Clients,
}

impl Providers {
    /// Registers these providers for these clients.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn IdentityProvider>>, clients: Clients) -> Self {
        Self { providers: providers.into(), clients }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &ProviderId> {
        self.providers.iter().map(|provider| provider.id())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&dyn IdentityProvider> {
        self.providers.iter().find(|provider| provider.id().as_str() == id).map(AsRef::as_ref)
    }

    /// Returns the address to which the provider may send this client's users back: the one given, or by default the
    /// first. `None` if the address is not registered for the provider, or not for the client.
    pub(crate) fn redirect_uri<'a>(
        &self,
        provider: &'a dyn IdentityProvider,
        client: &ClientId,
        named: Option<&str>,
    ) -> Option<&'a String> {
        let mut allowed = provider.redirect_uris().iter().filter(|uri| self.clients.may_return_to(client, uri));
        match named {
            Some(named) => allowed.find(|uri| *uri == named),
            None => allowed.next(),
        }
    }
}
