//! What is lent to adapters.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex};

use auth_domain::messages::Templates;
use auth_outbound::{AddressPolicy, Exceptions, OutboundBuilder, OutboundHttp, Proxies, Reach, Watcher};
use auth_ports::{Clock, Entropy};
use auth_settings::SettingsProfile;

/// What is lent to adapters when they are set up. They take what they need and keep it.
#[derive(Clone)]
pub struct Kit {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    profile: SettingsProfile,
    out: Arc<Mutex<dyn Write + Send>>,
    templates: Templates,
    exceptions: Exceptions,
    proxies: Proxies,
    watcher: Watcher,
    public_url: Option<Arc<str>>,
}

impl Kit {
    /// Makes a kit from these parts. The server does so, and tests of an adapter may do so too.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        profile: SettingsProfile,
        out: Arc<Mutex<dyn Write + Send>>,
    ) -> Self {
        Self {
            clock,
            entropy,
            profile,
            out,
            templates: Templates::new(),
            exceptions: Exceptions::default(),
            proxies: Proxies::default(),
            watcher: Watcher::default(),
            public_url: None,
        }
    }

    /// Sets the texts of messages.
    #[must_use]
    pub fn with_templates(self, templates: Templates) -> Self {
        Self { templates, ..self }
    }

    /// Sets which parts of inner networks HTTP clients may reach in production, and the proxies that they use.
    #[must_use]
    pub fn with_outbound(self, exceptions: Exceptions, proxies: Proxies) -> Self {
        Self { exceptions, proxies, ..self }
    }

    /// Sets who is asked before each request of HTTP clients.
    #[must_use]
    pub fn with_watcher(self, watcher: Watcher) -> Self {
        Self { watcher, ..self }
    }

    /// Sets the address that clients of the service use, without a slash at its end.
    #[must_use]
    pub fn with_public_url(self, url: &str) -> Self {
        Self { public_url: Some(url.into()), ..self }
    }

    /// Returns the clock. Adapters must not ask the system for the time.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Returns the source of randomness. Adapters must not ask the system for it.
    #[must_use]
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.entropy)
    }

    /// Returns the profile that the service runs in.
    #[must_use]
    pub fn profile(&self) -> SettingsProfile {
        self.profile
    }

    /// Returns standard output, where profile `local` shows what would have been sent. Write whole lines.
    #[must_use]
    pub fn out(&self) -> Arc<Mutex<dyn Write + Send>> {
        Arc::clone(&self.out)
    }

    /// Returns the texts of messages: ours, with the replacements by extensions.
    #[must_use]
    pub fn templates(&self) -> Templates {
        self.templates.clone()
    }

    /// Returns who is asked before each request of HTTP clients. Those that [`Kit::outbound`] begins ask by themselves.
    #[must_use]
    pub fn watcher(&self) -> Watcher {
        self.watcher.clone()
    }

    /// Returns the address that clients of the service use, without a slash at its end. Identity providers can have it;
    /// what is made before the service listens cannot.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// Begins to build an HTTP client. In production it reaches only the public internet, and what the operator allows
    /// beyond it, over TLS.
    #[must_use]
    pub fn outbound(&self) -> OutboundBuilder {
        self.builder(Reach::PublicOnly)
    }

    /// Does the same for addresses that only the operator sets. In production these may be inside the network.
    #[must_use]
    pub fn outbound_to_own(&self) -> OutboundBuilder {
        self.builder(Reach::PrivateToo)
    }

    fn builder(&self, in_production: Reach) -> OutboundBuilder {
        let reach = if self.profile.is_production() { in_production } else { Reach::LoopbackToo };
        let policy = AddressPolicy::new(reach, self.exceptions.clone());
        OutboundHttp::builder(policy).proxies(self.proxies.clone()).watched(self.watcher.clone())
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit").field("profile", &self.profile).finish_non_exhaustive()
    }
}
