//! How often strangers may be wrong about codes.

use auth_domain::guesses::CodeGuesses;
use auth_domain::limits::Quota;
use auth_domain::origin::Origin;
use auth_domain::verifications::Guessed;
use auth_ports::{Failure, Halt, Halted as _};

use super::InAll;
use crate::kit::{Budget, Limit, OverBudget, Spent};

/// Counts tries at codes that were not asked for on a known device. Each is counted before the code is compared, so
/// that a race gives none more, and the right code takes its own back: only wrong ones stay counted. Cheap to clone.
#[derive(Clone)]
pub struct CodeTries {
    budget: Budget,
    in_all: InAll,
    per_account: Limit,
    per_account_and_network: Limit,
    per_network: Limit,
}

impl CodeTries {
    /// Builds it from its parts. Without `guesses` there is no limit.
    #[must_use]
    pub fn new(budget: Budget, in_all: InAll, guesses: Option<CodeGuesses>) -> Self {
        let limit =
            |name, quota: fn(CodeGuesses) -> Quota| Limit::new(name, guesses.map(quota)).deepened(CodeGuesses::DEPTH);
        Self {
            budget,
            in_all,
            per_account: limit("codes.account", |guesses| guesses.per_account),
            per_account_and_network: limit("codes.account_and_network", |guesses| guesses.per_account_and_network()),
            per_network: limit("codes.network", |guesses| guesses.per_network),
        }
    }

    /// Counts a try, if it may be made.
    pub(crate) async fn count(&self, guessed: &Guessed, origin: &Origin) -> Result<Spent, Halt<OverBudget>> {
        if self.in_all.is_exceeded() {
            self.budget.pass_gate(origin).await.refused_as(OverBudget::Gate)?;
        }
        let network = origin.network.widest().to_string();
        let guessed_at = guessed.to_stored();
        let at_account = format!("{guessed_at}\0{network}");
        // Strangers in the network may have used up what it has in common. A session guesses at no account but its own.
        let of_network = if matches!(guessed, Guessed::BySession(_)) { None } else { self.per_network.of(&network) };
        let charges = [self.per_account.of(&guessed_at), self.per_account_and_network.of(&at_account), of_network];
        self.budget.spend(origin, charges.into_iter().flatten()).await
    }

    /// Takes a try back, because it was right.
    pub(crate) async fn was_right(&self, spent: &Spent) -> Result<(), Failure> {
        self.budget.refund(spent).await
    }

    /// Counts a wrong try among those of all strangers.
    pub(crate) async fn was_wrong(&self) -> Result<(), Failure> {
        self.in_all.count().await
    }
}
