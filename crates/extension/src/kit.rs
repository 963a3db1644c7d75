//! What is lent to adapters.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex};

use auth_domain::messages::Templates;
use auth_outbound::{OutboundBuilder, OutboundHttp, Reach};
use auth_ports::{Clock, Entropy};
use auth_settings::Profile;

/// What is lent to adapters when they are set up. They take what they need and keep it.
#[derive(Clone)]
pub struct Kit {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    profile: Profile,
    out: Arc<Mutex<dyn Write + Send>>,
    templates: Templates,
}

impl Kit {
    /// Of these parts. The server makes it; tests of an adapter may, too.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        profile: Profile,
        out: Arc<Mutex<dyn Write + Send>>,
    ) -> Self {
        Self { clock, entropy, profile, out, templates: Templates::new() }
    }

    /// With these words for messages.
    #[must_use]
    pub fn with_templates(self, templates: Templates) -> Self {
        Self { templates, ..self }
    }

    /// The time. Nothing asks the system for it.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Randomness. Nothing asks the system for it.
    #[must_use]
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.entropy)
    }

    /// What the service runs for.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Standard output, where profile `local` shows people what would have been sent. Lines are written whole.
    #[must_use]
    pub fn out(&self) -> Arc<Mutex<dyn Write + Send>> {
        Arc::clone(&self.out)
    }

    /// The words of messages: ours, and what extensions put in their place.
    #[must_use]
    pub fn templates(&self) -> Templates {
        self.templates.clone()
    }

    /// An HTTP client that is still to be built: in production it calls the public internet over TLS and nothing else.
    #[must_use]
    pub fn outbound(&self) -> OutboundBuilder {
        OutboundHttp::builder(self.reach(Reach::PublicOnly))
    }

    /// The same for an address that the operator alone wrote down: in production it may be inside the network.
    #[must_use]
    pub fn outbound_to_own(&self) -> OutboundBuilder {
        OutboundHttp::builder(self.reach(Reach::PrivateToo))
    }

    fn reach(&self, in_production: Reach) -> Reach {
        if self.profile.is_production() { in_production } else { Reach::LoopbackToo }
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit").field("profile", &self.profile).finish_non_exhaustive()
    }
}
