//! What notices to owners cost.

use auth_domain::identifier::{AddressGroup, Identifier, Schemes};
use auth_ports::{Halt, Halted as _, refuse};

use super::SendTotals;
use crate::kit::{Budget, Limit, TooOften};

/// Counts notices. What one address gets is counted apart from codes: a stranger who asks for codes to an address must not
/// keep its owner from hearing of changes, nor a thief's changes keep the owner from getting a code. What is sent in a day
/// is counted together with codes.
pub struct NoticeBudget {
    budget: Budget,
    per_address: Limit,
    totals: SendTotals,
    schemes: Schemes,
}

impl NoticeBudget {
    /// Builds it from its parts.
    #[must_use]
    pub fn new(budget: Budget, per_address: Limit, totals: SendTotals, schemes: Schemes) -> Self {
        Self { budget, per_address, totals, schemes }
    }

    /// Counts a notice to this address.
    pub(super) async fn spend(&self, to: &Identifier) -> Result<(), Halt<TooOften>> {
        let charge = self.per_address.of(&format!("{}\0{}", to.kind(), to.canonical()));
        self.budget.spend_without_request(charge).await?;
        self.totals.in_all.take("").await?;
        for country in self.countries(to) {
            if let Err(refusal) = self.totals.per_country.take(&country).await.decided()? {
                self.totals.in_all.give_back("").await;
                return refuse(refusal);
            }
        }
        Ok(())
    }

    fn countries(&self, to: &Identifier) -> Vec<String> {
        let groups = self.schemes.get(to.kind().name()).map(|scheme| scheme.groups(to)).unwrap_or_default();
        let country = |group| match group {
            AddressGroup::Country(country) => Some(country),
            AddressGroup::Mailbox(_) | AddressGroup::Neighbours(_) => None,
        };
        groups.into_iter().filter_map(country).collect()
    }
}
