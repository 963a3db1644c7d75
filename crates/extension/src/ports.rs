//! What the use cases of an extension are made of.

use auth_domain::identifier::Schemes;

use crate::{Kit, Stores};

/// What is lent once the stores are open, for use cases behind endpoints. They take what they need and keep it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Ports {
    /// Time, randomness, the outbound client and the rest of what adapters get.
    pub kit: Kit,
    /// The stores.
    pub stores: Stores,
    /// The registered kinds of identifiers.
    pub schemes: Schemes,
}

impl Ports {
    /// Of these. The server makes them; tests of a use case may, too.
    #[must_use]
    pub fn new(kit: Kit, stores: Stores, schemes: Schemes) -> Self {
        Self { kit, stores, schemes }
    }
}
