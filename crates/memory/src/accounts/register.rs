//! Creating accounts.

use auth_domain::accounts::{Account, UserStatus};
use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::external_identities::ExternalIdentity;
use auth_domain::sign_up::NewAccount;
use auth_ports::{Halt, RegisterRefusal, refuse};

use crate::state::State;

impl State {
    pub(super) fn register(&mut self, account: NewAccount) -> Result<(), Halt<RegisterRefusal>> {
        self.check_register(&account)?;
        self.spend(account.payment.as_ref(), account.id, account.created_at);
        self.spend_vouchers(&account);
        if account.was_anonymous {
            self.end_sessions(account.id, None, None, account.created_at);
        }
        self.begin_session(account.session.clone());
        self.tell(account.outgoing());
        self.events.push(account.event.clone());
        // An anonymous user's row is kept, so the time of its creation is too.
        let created_at = self.accounts.get(&account.id).map_or(account.created_at, |row| row.created_at);
        self.accounts.insert(account.id, Account { created_at, ..born(account) });
        Ok(())
    }

    /// Checks everything that can refuse, before anything is written.
    fn check_register(&self, account: &NewAccount) -> Result<(), Halt<RegisterRefusal>> {
        let payment = account.payment.as_ref();
        if !self.can_spend_proofs(payment, account.created_at) {
            return refuse(RegisterRefusal::ProofUnusable);
        }
        let vouchers = payment.map_or(&[][..], |payment| &payment.vouchers);
        if let Some(kind) = self.unusable_voucher(vouchers, account.id, account.created_at) {
            return refuse(RegisterRefusal::VoucherUnusable(kind));
        }
        if !self.is_id_free(account) {
            return refuse(RegisterRefusal::UserIdTaken);
        }
        if let Some(kind) = self.taken_from(None, &account.identifiers) {
            return refuse(RegisterRefusal::IdentifierTaken(kind));
        }
        let profile = account.external_identity.as_ref();
        if profile.is_some_and(|profile| self.bound_to(&profile.provider, &profile.subject).is_some()) {
            return refuse(RegisterRefusal::ExternalIdentityTaken);
        }
        Ok(self.check_session_ids(&account.session, &account.event)?)
    }

    fn is_id_free(&self, account: &NewAccount) -> bool {
        if account.was_anonymous {
            self.active(account.id).is_some_and(is_anonymous)
        } else {
            !self.accounts.contains_key(&account.id)
        }
    }
}

fn is_anonymous(account: &Account) -> bool {
    account.identifiers.iter().any(|held| held.identifier.kind() == ANONYMOUS_DEVICE)
}

/// Returns the account as it is found from now on. Signing up begins a session, which counts as the first sign-in.
fn born(account: NewAccount) -> Account {
    let at = account.created_at;
    Account {
        id: account.id,
        status: UserStatus::Active,
        profile: account.profile,
        identifiers: account.identifiers,
        external_identities: account
            .external_identity
            .map(|profile| ExternalIdentity { profile, bound_at: at })
            .into_iter()
            .collect(),
        password_updated_at: account.password.is_some().then_some(at),
        password: account.password,
        created_at: at,
        updated_at: at,
        last_sign_in_at: Some(at),
    }
}
