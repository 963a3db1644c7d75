//! Users without a proof, and pages of users.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::{Account, MadeAccount, UserId, UserStatus};
use auth_domain::admin::{NamePage, UserFilter, UserPage, UsersByName};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::NewEvent;
use auth_domain::identifier::Identifier;
use auth_ports::{CreateRefusal, Failure, Halt, ImportOutcome, UserStore, refuse};

use crate::MemoryStores;
use crate::accounts::as_found;
use crate::state::State;

#[async_trait]
impl UserStore for MemoryStores {
    async fn create(&self, account: MadeAccount, event: NewEvent) -> Result<(), Halt<CreateRefusal>> {
        let mut state = self.open()?;
        if state.accounts.contains_key(&account.id) {
            return refuse(CreateRefusal::UserIdTaken);
        }
        if let Some(kind) = state.taken_from(None, &account.identifiers) {
            return refuse(CreateRefusal::IdentifierTaken(kind));
        }
        state.check_event_id(&event)?;
        state.accounts.insert(account.id, made(account));
        state.record(event);
        Ok(())
    }

    async fn import(&self, accounts: Vec<MadeAccount>, event: NewEvent) -> Result<Vec<ImportOutcome>, Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        let mut batch = Batch::default();
        let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
        let outcomes: Vec<_> = accounts.into_iter().map(|account| state.import(&mut batch, account)).collect();
        let imported = ids.into_iter().zip(&outcomes).filter(|(_, outcome)| **outcome == ImportOutcome::Imported);
        state.record_import(event, imported.map(|(user, _)| user));
        Ok(outcomes)
    }

    async fn list(&self, page: UserPage) -> Result<Vec<Account>, Failure> {
        let state = self.open()?;
        let after = page.after.map_or(Bound::Unbounded, Bound::Excluded);
        let found = state.accounts.range((after, Bound::Unbounded)).take(page.limit.into());
        Ok(found.map(|(_, account)| as_found(account)).collect())
    }

    async fn search(&self, filter: UserFilter, page: UserPage) -> Result<Vec<Account>, Failure> {
        let state = self.open()?;
        let after = page.after.map_or(Bound::Unbounded, Bound::Excluded);
        let later = state.accounts.range((after, Bound::Unbounded)).map(|(_, account)| account);
        let found = later.filter(|account| filter.admits(account)).take(page.limit.into());
        Ok(found.map(as_found).collect())
    }

    async fn search_by_name(&self, page: NamePage) -> Result<UsersByName, Failure> {
        let state = self.open()?;
        let selected = state.accounts.values().filter(|account| page.filter.admits(account));
        let placed = selected.filter_map(|account| Some((page.place_of(account)?, account)));
        let mut found: Vec<_> =
            placed.filter(|(place, _)| page.after.as_ref().is_none_or(|after| place > after)).collect();
        found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let has_more = found.len() > usize::from(page.limit);
        found.truncate(page.limit.into());
        let next = found.last().filter(|_| has_more).map(|(place, _)| place.clone());
        Ok(UsersByName { accounts: found.into_iter().map(|(_, account)| as_found(account)).collect(), next })
    }

    async fn sample_hashes(&self, usual: &str, limit: u16) -> Result<Vec<PasswordHash>, Failure> {
        let state = self.open()?;
        let hashes = state.accounts.values().filter_map(|account| account.password.as_ref());
        let other = hashes.filter(|hash| hash.cost() != usual);
        let by_cost: BTreeMap<_, _> = other.map(|hash| (hash.cost(), hash)).collect();
        Ok(by_cost.into_values().take(limit.into()).cloned().collect())
    }

    async fn set_status(
        &self,
        user: UserId,
        status: UserStatus,
        event: NewEvent,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let mut state = self.open()?;
        if !state.accounts.contains_key(&user) {
            return Ok(false);
        }
        state.check_event_id(&event)?;
        if let Some(account) = state.accounts.get_mut(&user) {
            (account.status, account.updated_at) = (status, now);
        }
        if status == UserStatus::Blocked {
            state.end_sessions(user, None, None, now);
        }
        state.record(event);
        Ok(true)
    }
}

/// What the accounts of a batch have claimed so far, whether or not they were stored.
#[derive(Default)]
struct Batch {
    ids: HashSet<UserId>,
    claims: HashSet<Identifier>,
}

impl Batch {
    fn claim(&mut self, account: &MadeAccount) {
        self.claims.extend(account.identifiers.iter().map(|held| held.identifier.clone()));
    }
}

impl State {
    fn import(&mut self, batch: &mut Batch, account: MadeAccount) -> ImportOutcome {
        if !batch.ids.insert(account.id) {
            return ImportOutcome::UserIdTaken;
        }
        if let Some(held) = account.identifiers.iter().find(|held| batch.claims.contains(&held.identifier)) {
            return ImportOutcome::IdentifierTaken(held.identifier.kind());
        }
        batch.claim(&account);
        if self.accounts.contains_key(&account.id) {
            return ImportOutcome::UserIdTaken;
        }
        if let Some(kind) = self.taken_from(None, &account.identifiers) {
            return ImportOutcome::IdentifierTaken(kind);
        }
        self.accounts.insert(account.id, made(account));
        ImportOutcome::Imported
    }
}

/// Returns the account as it is found from now on. Nobody has signed in to it yet.
fn made(account: MadeAccount) -> Account {
    let at = account.created_at;
    Account {
        id: account.id,
        status: account.status,
        profile: account.profile,
        identifiers: account.identifiers,
        external_identities: Vec::new(),
        password_updated_at: account.password.is_some().then_some(at),
        password: account.password,
        created_at: at,
        updated_at: at,
        last_sign_in_at: None,
    }
}
