//! Hashing and checking passwords, which costs more than anything else here, within one budget for each network and for
//! each account, whatever asks.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::credentials::{Password, PasswordHash};
use auth_domain::origin::Origin;
use auth_ports::{Failure, Halt, HashAsker, KeptPlace, PasswordHasher, Verdict};

use crate::kit::turns::aside;
use crate::kit::{Budget, Charge, Limit, OverBudget};

/// Hashes and checks passwords of users. Cheap to clone; all clones share one budget.
///
/// Each hash has to be allowed first, which counts it. It is work, so it stays counted, whether the password was right or
/// wrong and whatever becomes of the request. Where the hasher has no room, nothing is counted.
#[derive(Clone)]
pub struct Hashes {
    hasher: Arc<dyn PasswordHasher>,
    budget: Budget,
    per_network: Limit,
    per_account: Limit,
}

/// Permission for one hash, which has been counted, with a place in the hasher's queue.
pub(crate) struct Allowance {
    asker: HashAsker,
    place: KeptPlace,
}

impl Hashes {
    /// Builds it from its ports and the limits of networks and of accounts. Requests that have shown neither a session
    /// nor a proof count against their network only, so that strangers cannot use up an account's budget.
    #[must_use]
    pub fn new(hasher: Arc<dyn PasswordHasher>, budget: Budget, [per_network, per_account]: [Limit; 2]) -> Self {
        Self { hasher, budget, per_network, per_account }
    }

    /// Refuses a request that will want a hash if the hasher has no room for it, and keeps it a place until it asks for
    /// permission; the place has to be given back right before. It is for the beginning of requests that anybody can make,
    /// so that those which are too many cost no more than this.
    pub(crate) fn keep_place(&self, origin: &Origin) -> Result<KeptPlace, Failure> {
        self.hasher.keep_place(HashAsker::Network(origin.network))
    }

    /// Counts one hash for a request, and for the account of whoever makes it, as far as that has been shown.
    pub(crate) async fn allow(&self, origin: &Origin, owner: Option<UserId>) -> Result<Allowance, Halt<OverBudget>> {
        self.allow_with(origin, owner, Vec::new()).await
    }

    /// Counts one hash in the same way, and other charges: all of it or nothing, in one statement.
    pub(crate) async fn allow_with(
        &self,
        origin: &Origin,
        owner: Option<UserId>,
        others: Vec<Charge>,
    ) -> Result<Allowance, Halt<OverBudget>> {
        let of_account = owner.and_then(|owner| self.per_account.of_account(owner));
        let work = self.per_network.of_network(origin.network).chain(of_account);
        self.spend(origin, work.chain(others)).await
    }

    /// Counts one hash for a request from a device that the account knows, against the account only, and other charges.
    pub(crate) async fn allow_own(
        &self,
        owner: UserId,
        origin: &Origin,
        others: Vec<Charge>,
    ) -> Result<Allowance, Halt<OverBudget>> {
        self.spend(origin, self.per_account.of_account(owner).into_iter().chain(others)).await
    }

    async fn spend(
        &self,
        origin: &Origin,
        charges: impl Iterator<Item = Charge>,
    ) -> Result<Allowance, Halt<OverBudget>> {
        let place = self.keep_place(origin)?;
        self.budget.spend(origin, charges).await?;
        Ok(Allowance { asker: HashAsker::Network(origin.network), place })
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: Password, allowed: Allowance) -> Result<PasswordHash, Failure> {
        let asker = allowed.begin();
        aside(self.hasher.hash(password, asker)).await
    }

    /// Checks a password, and takes as long if there is no hash. If need be it is compared once more as earlier versions
    /// prepared it; whether that is needed depends on the password alone.
    pub(crate) async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
        allowed: Allowance,
    ) -> Result<Verdict, Failure> {
        let asker = allowed.begin();
        aside(self.compare(password, hash, asker)).await
    }

    async fn compare(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
        asker: HashAsker,
    ) -> Result<Verdict, Failure> {
        let earlier = password.as_earlier();
        let verdict = self.hasher.verify(password, hash.clone(), asker).await?;
        match (verdict, earlier) {
            (Verdict::Differs, Some(earlier)) => match self.hasher.verify(earlier, hash, asker).await? {
                Verdict::Differs => Ok(Verdict::Differs),
                Verdict::Matches | Verdict::MatchesOutdated => Ok(Verdict::MatchesOutdated),
            },
            (verdict, _) => Ok(verdict),
        }
    }
}

impl Allowance {
    /// Gives the place back, for the password that takes it.
    fn begin(self) -> HashAsker {
        drop(self.place);
        self.asker
    }
}
