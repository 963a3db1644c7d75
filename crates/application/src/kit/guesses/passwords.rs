//! How often passwords may be tried, by strangers and by who belongs to an account.

use auth_domain::accounts::Account;
use auth_domain::guesses::PasswordGuesses;
use auth_domain::identifier::Identifier;
use auth_domain::limits::Quota;
use auth_domain::origin::Origin;
use auth_ports::{Failure, Halt, Halted as _};

use super::InAll;
use crate::kit::{Allowance, Budget, Charge, DeviceCheck, Hashes, Limit, OverBudget};

/// How often passwords may be tried. Every try counts before the password is checked; the right password clears the
/// wrong tries from its network. The work of checking is counted besides, by [`Hashes`].
#[derive(Debug, Clone, Copy)]
pub struct PasswordTries {
    /// For one network at one account, and for one device that an account knows at that account.
    pub per_account_and_network: Quota,
    /// For all strangers at one account. The owner can still use the other ways to sign in, and the devices that the
    /// account knows.
    pub per_account: Quota,
}

/// The limits on tries at passwords.
#[derive(Debug, Clone, Copy)]
pub struct PasswordLimits {
    of_account_and_network: Limit,
    of_account: Limit,
    of_device: Limit,
    of_present: Limit,
    /// Wrong passwords since the owner was last there.
    in_a_row: Limit,
    /// The same by one network.
    part_of_a_row: Limit,
    /// Whether there are no limits at all.
    are_off: bool,
}

/// Counts tries at passwords. Cheap to clone.
#[derive(Clone)]
pub struct TriesAtPasswords {
    hashes: Hashes,
    budget: Budget,
    known: DeviceCheck,
    in_all: InAll,
    limits: PasswordLimits,
    reveal_existence: bool,
}

/// At what a password is tried: a login name, and the account that has it, if any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) login: Option<&'a Identifier>,
    pub(crate) account: Option<&'a Account>,
}

/// A try that was counted.
#[derive(Debug, Default)]
pub(crate) struct CountedTry {
    /// Whether it comes from a device that the account knows.
    pub(crate) belongs: bool,
    /// Whether the password does not count, even if it is right, and the client must not learn so.
    pub(crate) is_blind: bool,
    /// What the right password clears.
    clears: Vec<Charge>,
}

impl PasswordLimits {
    /// Makes the limits. `None` means no limit.
    #[must_use]
    pub fn new(tries: Option<PasswordTries>, guesses: Option<PasswordGuesses>) -> Self {
        let limit = |name, quota: fn(PasswordTries) -> Quota| Limit::new(name, tries.map(quota));
        let in_a_row = guesses.map(|guesses| guesses.quota_per_account());
        let part = guesses.map(|guesses| guesses.quota_per_account_and_network());
        Self {
            of_account_and_network: limit("password.account_and_network", |tries| tries.per_account_and_network),
            of_account: limit("password.account", |tries| tries.per_account),
            of_device: limit("password.device", |tries| tries.per_account_and_network),
            of_present: limit("presence.account", |tries| tries.per_account_and_network),
            in_a_row: Limit::new("password.in_a_row", in_a_row).deepened(1),
            part_of_a_row: Limit::new("password.part_of_a_row", part).deepened(1),
            are_off: tries.is_none() && guesses.is_none(),
        }
    }

    /// What a stranger's try is counted against. `whom` is the account or the name that is tried.
    fn of_stranger(&self, whom: &str, origin: &Origin) -> Vec<Charge> {
        let at_account = self.of_account_and_network.of_network_at(whom, origin.network);
        at_account.chain(self.of_account.of(whom)).collect()
    }

    /// Wrong passwords in a row. Whenever the owner signs in, in whatever way, or the password is changed, another row
    /// begins, because it has another key.
    fn in_a_row(&self, account: &Account, device: Option<&str>) -> Option<Charge> {
        self.in_a_row.of(&row_of(account, device.unwrap_or_default()))
    }

    /// The same for a stranger, whose network has only a part of the row.
    fn in_a_row_of_stranger(&self, account: &Account, origin: &Origin) -> Vec<Charge> {
        let part = self.part_of_a_row.of(&row_of(account, &origin.network.widest().to_string()));
        part.into_iter().chain(self.in_a_row(account, None)).collect()
    }
}

fn row_of(account: &Account, whose: &str) -> String {
    let signed_in = account.last_sign_in_at.map_or(0, |at| at.timestamp_micros());
    let hash = account.password.as_ref().map_or("", |hash| hash.as_str());
    format!("{}\0{signed_in}\0{hash}\0{whose}", account.id)
}

impl TriesAtPasswords {
    /// Builds it from its parts. Without `reveal_existence`, what a client can see is counted by what it typed.
    #[must_use]
    pub fn new(
        hashes: Hashes,
        budget: Budget,
        known: DeviceCheck,
        in_all: InAll,
        limits: PasswordLimits,
        reveal_existence: bool,
    ) -> Self {
        Self { hashes, budget, known, in_all, limits, reveal_existence }
    }

    /// Counts a try to sign in and the work of checking it, if it may be made, for known and unknown names alike.
    pub(crate) async fn count(
        &self,
        named: Named<'_>,
        origin: &Origin,
    ) -> Result<(CountedTry, Allowance), Halt<OverBudget>> {
        if self.limits.are_off {
            return Ok((CountedTry::default(), self.hashes.allow(origin, None).await?));
        }
        match named.account {
            Some(account) if self.known.knows(account.id, origin).await? => self.count_own(account, origin).await,
            Some(_) => self.count_strange(named, origin).await,
            None => {
                self.known.knows_nobody(origin).await?;
                self.count_strange(named, origin).await
            }
        }
    }

    /// Counts a try at the present password of a signed-in user, whose device the account may know, and the work.
    pub(crate) async fn count_present(
        &self,
        account: &Account,
        origin: &Origin,
    ) -> Result<(CountedTry, Allowance), Halt<OverBudget>> {
        if !self.limits.are_off && self.known.knows(account.id, origin).await? {
            return self.count_own(account, origin).await;
        }
        let charges = [self.limits.of_present.of_account(account.id), self.limits.in_a_row(account, None)];
        let clears: Vec<_> = charges.into_iter().flatten().collect();
        let allowed = self.hashes.allow_with(origin, Some(account.id), clears.clone()).await?;
        Ok((CountedTry { belongs: false, is_blind: false, clears }, allowed))
    }

    /// Clears the wrong tries before the right one.
    pub(crate) async fn was_right(&self, counted: &CountedTry) -> Result<(), Failure> {
        self.budget.forget(counted.clears.iter().copied()).await
    }

    /// Counts a wrong try among those of all strangers, if it is one.
    pub(crate) async fn was_wrong(&self, counted: &CountedTry) -> Result<(), Failure> {
        if counted.belongs { Ok(()) } else { self.in_all.count().await }
    }

    /// Counts a try from a device that the account knows, which nothing that strangers do affects: the work counts
    /// against the account, and not against the network.
    async fn count_own(&self, account: &Account, origin: &Origin) -> Result<(CountedTry, Allowance), Halt<OverBudget>> {
        let device = origin.device.as_ref().map_or("", |device| device.as_str());
        let own = self.limits.of_device.of(&format!("{}\0{device}", account.id));
        let mut clears: Vec<_> = own.into_iter().chain(self.limits.in_a_row(account, Some(device))).collect();
        let allowed = self.hashes.allow_own(account.id, origin, clears.clone()).await?;
        clears.extend(self.limits.in_a_row(account, None));
        Ok((CountedTry { belongs: true, is_blind: false, clears }, allowed))
    }

    /// The work and the try are counted together. A network that has used up its budget leaves no rows for names that it
    /// makes up, because nothing is written then ([`auth_ports::RateLimiter::admit_all`]).
    async fn count_strange(
        &self,
        named: Named<'_>,
        origin: &Origin,
    ) -> Result<(CountedTry, Allowance), Halt<OverBudget>> {
        if self.in_all.is_exceeded() {
            self.budget.pass_gate(origin).await.refused_as(OverBudget::Gate)?;
        }
        let whom = self.whom(named);
        let in_a_row = named.account.map_or(Vec::new(), |account| self.limits.in_a_row_of_stranger(account, origin));
        let mut charges = self.limits.of_stranger(&whom, origin);
        charges.extend(in_a_row.iter().copied().filter(|_| self.reveal_existence));
        let allowed = self.hashes.allow_with(origin, None, charges).await?;
        let is_blind = !self.reveal_existence && self.is_over(named, &in_a_row).await?;
        let at_account = self.limits.of_account_and_network.of_network_at(&whom, origin.network);
        let clears = at_account.chain(in_a_row).collect();
        Ok((CountedTry { belongs: false, is_blind, clears }, allowed))
    }

    /// Counts a try against what an account bears under all of its names, of which a client must not learn. For a name
    /// that nobody has it takes as long.
    async fn is_over(&self, named: Named<'_>, in_a_row: &[Charge]) -> Result<bool, Failure> {
        let of_account = |whom: String| self.limits.of_account.of(&whom);
        let charges = match named.account {
            Some(account) => {
                of_account(format!("account\0{}", account.id)).into_iter().chain(in_a_row.iter().copied()).collect()
            }
            None => ["one", "two", "three"]
                .iter()
                .filter_map(|row| of_account(format!("{row}\0{}", typed(named))))
                .collect(),
        };
        Ok(self.budget.spend_unasked(charges).await.decided()?.is_err())
    }

    /// What tries are counted against: an account under all of its names, or a name; where answers must not tell which
    /// names are of one account, the name in any case.
    fn whom(&self, named: Named<'_>) -> String {
        match named.account.filter(|_| self.reveal_existence) {
            Some(account) => account.id.to_string(),
            None => typed(named),
        }
    }
}

fn typed(named: Named<'_>) -> String {
    named.login.map_or("nobody", |login| login.canonical()).to_owned()
}
