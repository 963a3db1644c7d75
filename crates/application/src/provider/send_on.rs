//! Send a browser on that a third party sent to the service, to where the client awaits it.

use thiserror::Error;

use crate::kit::Providers;

/// Why a browser is not sent on.
#[derive(Debug, Error)]
pub enum SendOnRefusal {
    /// No such third party is configured, or its browsers do not come here.
    #[error("no third party sends browsers to this address")]
    UnknownProvider,
    /// The provider has no redirect address at this position.
    #[error("no redirect address is registered at this position")]
    RedirectUri,
}

/// Sends browsers on. Nothing is decided here about what they bring: whoever may send a browser here may as well send it
/// to the redirect address.
pub struct SendOn {
    providers: Providers,
}

impl SendOn {
    /// Builds the use case from its providers.
    #[must_use]
    pub fn new(providers: Providers) -> Self {
        Self { providers }
    }

    /// Returns where a browser goes that a third party sent here: the redirect address at this position of the provider's
    /// list, counted from 1. There is no other way to name one, so nobody can make the service send browsers elsewhere.
    ///
    /// # Errors
    /// Returns [`SendOnRefusal`] if there is none.
    pub fn run(&self, provider_id: &str, position: usize) -> Result<String, SendOnRefusal> {
        let provider = self.providers.get(provider_id).filter(|provider| provider.posts_back());
        let provider = provider.ok_or(SendOnRefusal::UnknownProvider)?;
        let index = position.checked_sub(1).ok_or(SendOnRefusal::RedirectUri)?;
        provider.redirect_uris().get(index).cloned().ok_or(SendOnRefusal::RedirectUri)
    }
}
