//! Resolves names under the address policy. The connection goes to exactly the addresses checked here, so a name that
//! resolves differently the second time gains nothing.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::{AddressPolicy, ForbiddenAddress, Proxies};

/// How many look-ups may run at a time. A look-up blocks a thread for as long as the name server likes, and those
/// threads also serve the database.
const MAX_LOOKUPS: usize = 8;

type LookUpError = Box<dyn std::error::Error + Send + Sync>;

/// The system's resolver behind an [`AddressPolicy`]. Proxies may be anywhere: the operator names them.
#[derive(Debug, Clone)]
pub(crate) struct PolicedResolver {
    policy: AddressPolicy,
    proxies: Proxies,
    lookups: Arc<Semaphore>,
}

impl PolicedResolver {
    pub(crate) fn new(policy: AddressPolicy, proxies: Proxies) -> Self {
        Self { policy, proxies, lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)) }
    }

    /// Returns what the system says, whatever the policy says.
    pub(crate) async fn look_up(&self, name: String) -> Result<Vec<SocketAddr>, LookUpError> {
        let permit = Arc::clone(&self.lookups).acquire_owned().await?;
        let found = spawn_blocking(move || {
            let _held_even_if_the_caller_gave_up = permit;
            (name.as_str(), 0).to_socket_addrs()
        });
        Ok(found.await??.collect())
    }

    async fn admitted(&self, name: &str) -> Result<Vec<SocketAddr>, LookUpError> {
        let mut found = self.look_up(name.to_owned()).await?;
        if !self.proxies.are_at(name) {
            found.retain(|found| self.policy.admits_as(name, found.ip()));
        }
        if found.is_empty() { Err(ForbiddenAddress::NotPublic.into()) } else { Ok(found) }
    }
}

impl Resolve for PolicedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move { Ok(Box::new(resolver.admitted(name.as_str()).await?.into_iter()) as Addrs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Exceptions, Reach};

    async fn resolves(policy: impl Into<AddressPolicy>, proxies: Proxies) -> bool {
        let name = "localhost".parse::<Name>().unwrap();
        PolicedResolver::new(policy.into(), proxies).resolve(name).await.is_ok()
    }

    #[tokio::test]
    async fn a_name_of_this_machine_leads_nowhere() {
        assert!(!resolves(Reach::PublicOnly, Proxies::default()).await);
        assert!(resolves(Reach::LoopbackToo, Proxies::default()).await);
    }

    #[tokio::test]
    async fn the_operators_exceptions_and_proxies_are_found() {
        let networks = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().unwrap()).to_vec();
        assert!(
            resolves(AddressPolicy::new(Reach::PublicOnly, Exceptions::new(networks, [])), Proxies::default()).await
        );
        // A listed name may be private, but not this machine.
        let listed = Exceptions::new(Vec::new(), ["localhost".to_owned()]);
        assert!(!resolves(AddressPolicy::new(Reach::PublicOnly, listed), Proxies::default()).await);
        let proxy = "http://localhost:3128".parse().ok();
        assert!(resolves(Reach::PublicOnly, Proxies::new(proxy, None, "")).await);
    }
}
