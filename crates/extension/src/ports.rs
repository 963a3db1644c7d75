//! What the use cases of an extension are built from.

use auth_domain::identifier::Schemes;

use crate::{Kit, StorePorts};

/// What is lent once the stores are open, for use cases behind endpoints. They take what they need and keep it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Ports {
    /// The clock, randomness, the outbound client, and whatever else adapters get.
    pub kit: Kit,
    /// The stores.
    pub stores: StorePorts,
    /// The registered kinds of identifiers.
    pub schemes: Schemes,
}

impl Ports {
    /// Makes ports from these parts. The server does so, and tests of a use case may do so too.
    #[must_use]
    pub fn new(kit: Kit, stores: StorePorts, schemes: Schemes) -> Self {
        Self { kit, stores, schemes }
    }
}
