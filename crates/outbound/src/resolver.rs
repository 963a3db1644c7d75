//! Resolves names under the address policy. The connection goes to exactly the addresses checked here, so a name that
//! resolves differently the second time gains nothing.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::{ForbiddenAddress, Reach};

/// How many look-ups may run at a time. A look-up blocks a thread for as long as the name server likes, and those
/// threads also serve the database.
const MAX_LOOKUPS: usize = 8;

/// The system's resolver behind [`Reach`].
pub(crate) struct PolicedResolver {
    reach: Reach,
    lookups: Arc<Semaphore>,
}

impl PolicedResolver {
    pub(crate) fn new(reach: Reach) -> Self {
        Self { reach, lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)) }
    }
}

impl Resolve for PolicedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, lookups) = (self.reach, Arc::clone(&self.lookups));
        Box::pin(async move {
            let permit = lookups.acquire_owned().await?;
            let found = spawn_blocking(move || {
                let _held_even_if_the_caller_gave_up = permit;
                (name.as_str(), 0).to_socket_addrs()
            });
            let mut admitted = found.await??.filter(move |found: &SocketAddr| reach.admits(found.ip())).peekable();
            if admitted.peek().is_none() {
                return Err(ForbiddenAddress::NotPublic.into());
            }
            Ok(Box::new(admitted) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_this_machine_leads_nowhere() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(PolicedResolver::new(Reach::PublicOnly).resolve(name()).await.is_err());
        assert!(PolicedResolver::new(Reach::LoopbackToo).resolve(name()).await.is_ok());
    }
}
