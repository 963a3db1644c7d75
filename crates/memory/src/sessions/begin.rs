//! Beginning sessions.

use auth_domain::accounts::AccountIdentifier;
use auth_domain::external_identities::ProviderId;
use auth_domain::messages::NoticeKind;
use auth_domain::sessions::NewSession;
use auth_ports::{BeginRefusal, BeginSession, Halt, RepeatRefusal, refuse};

use crate::state::{HeldSession, State, has};

impl State {
    pub(super) fn begin(&mut self, begin: BeginSession) -> Result<(), Halt<BeginRefusal>> {
        let BeginSession { session, payment, password, proven, identity, max_per_user, event, telling } = begin;
        if !self.can_spend(payment.as_ref(), session.created_at) {
            return refuse(BeginRefusal::ProofUnusable);
        }
        let account = self.active(session.user).ok_or(Halt::Refused(BeginRefusal::Inactive))?;
        if password.is_some() && account.password != password {
            return refuse(BeginRefusal::PasswordChanged);
        }
        let is_bound = |(provider, subject): &(ProviderId, String)| {
            let mut bound = account.external_identities.iter().map(|bound| &bound.profile);
            bound.any(|bound| (&bound.provider, &bound.subject) == (provider, subject))
        };
        if !proven.iter().all(|address| has(account, address)) || !identity.iter().all(is_bound) {
            return refuse(BeginRefusal::WayInRemoved);
        }
        self.check_session_ids(&session, &event)?;
        self.notify(session.user, telling.as_ref(), NoticeKind::NewDevice, session.created_at)?;
        self.spend(payment.as_ref(), session.user, session.created_at);
        if let Some(account) = self.accounts.get_mut(&session.user) {
            account.last_sign_in_at = Some(session.created_at);
            let is_proven =
                |held: &&mut AccountIdentifier| proven.as_ref().is_some_and(|proven| held.identifier == *proven);
            for held in account.identifiers.iter_mut().filter(is_proven) {
                held.verified_at.get_or_insert(session.created_at);
            }
        }
        self.end_oldest(&session, max_per_user);
        self.record_in(session.id, event);
        self.begin_session(session);
        Ok(())
    }

    pub(super) fn begin_repeated(&mut self, begin: BeginSession) -> Result<(), Halt<RepeatRefusal>> {
        let BeginSession { session, max_per_user, event, .. } = begin;
        let was_used = |held: &HeldSession| held.generation > 0 || held.ended_at.is_some();
        let is_of_same_proof =
            |held: &&HeldSession| held.session.user == session.user && held.session.paid_by == session.paid_by;
        if self.active(session.user).is_none() || self.sessions.iter().filter(is_of_same_proof).any(was_used) {
            return refuse(RepeatRefusal);
        }
        self.check_session_ids(&session, &event)?;
        self.remove_oldest_of_proof(&session, max_per_user);
        self.record_in(session.id, event);
        self.begin_session(session);
        Ok(())
    }

    /// Makes room for one more session among `max` of the same proof.
    fn remove_oldest_of_proof(&mut self, session: &NewSession, max: u32) {
        let is_of_it =
            |held: &&HeldSession| held.session.user == session.user && held.session.paid_by == session.paid_by;
        let mut of_it: Vec<_> = self.sessions.iter().filter(is_of_it).map(|held| &held.session).collect();
        of_it.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        let room = usize::try_from(max.max(1) - 1).unwrap_or(usize::MAX);
        let above: Vec<_> = of_it.into_iter().skip(room).map(|session| session.id).collect();
        self.sessions.retain(|held| held.session.user != session.user || !above.contains(&held.session.id));
    }

    /// Makes room for one more session among `max` live ones.
    fn end_oldest(&mut self, session: &NewSession, max: u32) {
        let now = session.created_at;
        let is_live = |held: &&mut HeldSession| held.session.user == session.user && held.is_live(now);
        let mut live: Vec<_> = self.sessions.iter_mut().filter(is_live).collect();
        live.sort_by_key(|held| std::cmp::Reverse(held.session.created_at));
        let room = usize::try_from(max.max(1) - 1).unwrap_or(usize::MAX);
        for held in live.into_iter().skip(room) {
            held.ended_at = Some(now);
        }
    }
}
