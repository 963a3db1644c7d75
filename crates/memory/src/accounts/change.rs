//! Changing accounts.

use auth_domain::Timestamp;
use auth_domain::access::Scope;
use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::accounts::recovery::Recovery;
use auth_domain::accounts::{Account, AccountIdentifier, UserId};
use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::external_identities::{ExternalIdentity, ExternalProfile, ProviderId};
use auth_ports::{ChangeRefusal, Failure, Halt, refuse};

use crate::state::{HeldSession, State};

impl State {
    pub(super) fn change(&mut self, change: AccountChange) -> Result<(), Halt<ChangeRefusal>> {
        let payment = change.payment.as_ref();
        if !self.can_spend(payment, change.at) {
            return refuse(ChangeRefusal::ProofUnusable);
        }
        let changed = self.changed(&change)?;
        for event in &change.events {
            self.check_event_id(event)?;
        }
        self.tell_owner(&change)?;
        self.spend(payment, change.user, change.at);
        self.accounts.insert(change.user, changed);
        match change.end_sessions {
            SessionsToEnd::None => {}
            SessionsToEnd::AllBut(session) => drop(self.end_sessions(change.user, Some(session), None, change.at)),
            SessionsToEnd::All => drop(self.end_sessions(change.user, None, None, change.at)),
        }
        if change.changes.iter().any(|one| matches!(one, Change::Recover(_))) {
            self.forget_devices(change.user);
        }
        if change.makes_permanent() {
            self.make_permanent(change.user);
        }
        for event in change.events {
            self.record(event);
        }
        Ok(())
    }

    /// Returns the account after the changes, made in order, or the refusal of the first that cannot be made.
    fn changed(&self, change: &AccountChange) -> Result<Account, Halt<ChangeRefusal>> {
        let account = match change.by {
            Author::Operator => self.accounts.get(&change.user),
            Author::Owner { .. } => self.active(change.user),
        };
        let mut account = account.cloned().ok_or(Halt::Refused(ChangeRefusal::NoAccount))?;
        if change.by.session().is_some_and(|session| !self.has_live_session(change.user, session, change.at)) {
            return refuse(ChangeRefusal::NoAccount);
        }
        let before = account.clone();
        for one in &change.changes {
            self.check_change(change, &account, one)?;
            match one {
                Change::Recover(recovery) => recover(&mut account, recovery, &before)?,
                _ => apply(&mut account, one, change.at),
            }
        }
        let mut to_leave = change.changes.iter().filter_map(Change::must_leave_one_of);
        if to_leave.any(|ways_in| !ways_in.lead_into(&account)) {
            return refuse(ChangeRefusal::LastWayIn);
        }
        account.updated_at = change.at;
        Ok(account)
    }

    /// Queues the notices. It comes before everything else that is written, because it can fail.
    fn tell_owner(&mut self, change: &AccountChange) -> Result<(), Failure> {
        let messages = self.accounts.get(&change.user).map(|before| change.messages(before));
        self.queue_all(messages.unwrap_or_default())
    }

    fn make_permanent(&mut self, user: UserId) {
        let Some(account) = self.accounts.get_mut(&user) else { return };
        let before = account.identifiers.len();
        account.identifiers.retain(|held| held.identifier.kind() != ANONYMOUS_DEVICE);
        if account.identifiers.len() < before {
            let going_on = |held: &&mut HeldSession| held.session.user == user && held.ended_at.is_none();
            self.sessions.iter_mut().filter(going_on).for_each(|held| held.session.scope = Scope::User);
        }
    }

    fn check_change(&self, change: &AccountChange, account: &Account, one: &Change) -> Result<(), Halt<ChangeRefusal>> {
        match one {
            Change::Identifier(held) => match self.taken_from(Some(change.user), std::slice::from_ref(held)) {
                Some(kind) => refuse(ChangeRefusal::IdentifierTaken(kind)),
                None => Ok(()),
            },
            Change::Bind(profile) if has_another(account, profile) => refuse(ChangeRefusal::OtherIdentityBound),
            Change::Bind(profile) => match self.bound_to(&profile.provider, &profile.subject) {
                Some(owner) if owner != change.user => refuse(ChangeRefusal::ExternalIdentityTaken),
                _ => Ok(()),
            },
            Change::FirstPassword(_) if account.password.is_some() => refuse(ChangeRefusal::PasswordSet),
            Change::Profile(_)
            | Change::Proven(_)
            | Change::Password(_)
            | Change::FirstPassword(_)
            | Change::Unbind(_)
            | Change::Recover(_) => Ok(()),
        }
    }
}

fn recover(account: &mut Account, recovery: &Recovery, before: &Account) -> Result<(), Halt<ChangeRefusal>> {
    let removed = recovery.removes(before).ok_or(Halt::Refused(ChangeRefusal::NoAccount))?;
    account.identifiers.retain(|held| removed.identifiers.iter().all(|gone| gone.identifier != held.identifier));
    let is_removed = |profile: &ExternalProfile| removed.identities.iter().any(|gone| gone.profile == *profile);
    account.external_identities.retain(|bound| !is_removed(&bound.profile));
    Ok(())
}

fn apply(account: &mut Account, change: &Change, at: Timestamp) {
    match change {
        Change::Profile(profile) => account.profile = profile.clone(),
        Change::Identifier(held) => {
            let earlier = account.identifiers.iter().find(|other| other.identifier == held.identifier);
            let added_at = earlier.map_or(held.added_at, |earlier| earlier.added_at);
            account.identifiers.retain(|other| other.identifier.kind() != held.identifier.kind());
            account.identifiers.push(AccountIdentifier { added_at, ..held.clone() });
        }
        Change::Proven(identifier) => {
            for held in account.identifiers.iter_mut().filter(|held| held.identifier == *identifier) {
                held.verified_at.get_or_insert(at);
            }
        }
        Change::Password(hash) | Change::FirstPassword(hash) => {
            account.password = Some(hash.clone());
            account.password_updated_at = Some(at);
        }
        Change::Bind(profile) => {
            unbind(account, &profile.provider);
            account.external_identities.push(ExternalIdentity { profile: (**profile).clone(), bound_at: at });
        }
        Change::Unbind(unbinding) => unbind(account, &unbinding.provider),
        Change::Recover(_) => {}
    }
}

/// Whether the account has another identity of the same provider.
fn has_another(account: &Account, profile: &ExternalProfile) -> bool {
    let held = account.external_identities.iter().map(|held| &held.profile);
    held.filter(|held| held.provider == profile.provider).any(|held| held.subject != profile.subject)
}

fn unbind(account: &mut Account, provider: &ProviderId) {
    account.external_identities.retain(|held| held.profile.provider != *provider);
}
