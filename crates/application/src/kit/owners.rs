//! Who has an address, and whether a request comes from them.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_ports::{AccountStore, Failure};

use crate::kit::KnownDevices;

/// Finds the owners of addresses. Cheap to clone.
#[derive(Clone)]
pub struct Owners {
    accounts: Arc<dyn AccountStore>,
    known: KnownDevices,
    reveal_existence: bool,
}

/// How somebody who asks relates to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Relation {
    /// Who has the address.
    pub(crate) owner: Option<UserId>,
    /// Whether the request belongs to the owner: it is made in a live session, or on a device that the account knows.
    pub(crate) belongs: bool,
}

impl Owners {
    /// Builds it from its parts.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, known: KnownDevices, reveal_existence: bool) -> Self {
        Self { accounts, known, reveal_existence }
    }

    /// Returns how somebody who asks relates to an address. `holder` is the signed-in user who asks, if any. Where
    /// answers must not tell whether an address has an owner, it takes as long if there is none.
    pub(crate) async fn relation(
        &self,
        address: &Identifier,
        origin: &Origin,
        holder: Option<UserId>,
    ) -> Result<Relation, Failure> {
        let owner = self.accounts.find_owner(address).await?;
        let belongs = match owner {
            None if self.reveal_existence => false,
            None => self.known.knows_nobody(origin).await?,
            Some(_) if owner == holder => true,
            Some(owner) => self.known.knows(owner, origin).await?,
        };
        Ok(Relation { owner, belongs })
    }
}
