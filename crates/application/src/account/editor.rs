//! What every change to an account has in common. All of them go through [`Editor::make`], which asks whether the owner
//! is there, asks the operator's rules if an anonymous user is about to become an ordinary one, and lets the owner be told,
//! so that no new change can forget it.

use std::sync::Arc;

use auth_domain::access::Scope;
use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::proofs::ProofHash;
use auth_domain::sign_up::Scenario as _;
use auth_domain::sign_up::scenarios::SignUpByThirdParty;
use auth_ports::{AccountStore, ChangeRefusal, Failure, Halt, Halted as _, OrRefuse as _, UserToBe, refuse};
use secrecy::SecretString;

use crate::kit::{
    Attempt, Caller, NotPresent, PaidRequest, Payments, PresenceCheck, ProofProblem, Recorder, RefusedByRule, Rules,
    Worth, hash_of,
};

/// Makes changes to accounts. It is cheap to clone and part of every use case that changes an account.
#[derive(Clone)]
pub struct Editor {
    pub(super) accounts: Arc<dyn AccountStore>,
    pub(super) payments: Payments,
    pub(super) presence: PresenceCheck,
    pub(super) recorder: Recorder,
    rules: Rules,
}

/// Who makes a change, and what they have shown.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// A signed-in user, who has shown an access token and nothing else.
    Caller(&'a Caller),
    /// A signed-in user who is there: the request has a `sudo_token`, which is among the proofs that pay, or the present
    /// password, or [`PresenceCheck`] was asked already.
    Present(&'a Caller),
    /// Whoever controls an address of this user, without a session.
    AddressOf(UserId),
}

impl<'a> By<'a> {
    /// The caller, if a device is all that leads to the account. The scope alone does not say so: an access token keeps
    /// that of the time when it was issued.
    fn anonymous(self) -> Option<&'a Caller> {
        let (Self::Caller(caller) | Self::Present(caller)) = self else { return None };
        let account = &caller.account;
        let has_name = account.identifiers.iter().any(|held| held.identifier.kind() != ANONYMOUS_DEVICE);
        let is_known = has_name || !account.external_identities.is_empty();
        (caller.claims.scope == Scope::Anonymous && !is_known).then_some(caller)
    }

    fn user(self) -> UserId {
        match self {
            Self::Caller(caller) | Self::Present(caller) => caller.account.id,
            Self::AddressOf(user) => user,
        }
    }

    fn author(self) -> Author {
        match self {
            Self::Caller(caller) | Self::Present(caller) => Author::Owner { session: Some(caller.claims.session) },
            Self::AddressOf(_) => Author::Owner { session: None },
        }
    }
}

/// A change that the owner of an account makes, and the events that record it.
pub(super) struct Edit<'a> {
    pub(super) by: By<'a>,
    pub(super) origin: &'a Origin,
    pub(super) changes: Vec<Change>,
    pub(super) payment: Option<Payment>,
    pub(super) end_sessions: SessionsToEnd,
    /// One event per change.
    pub(super) records: Vec<(EventKind, Option<String>)>,
}

/// Why a change was not made. Nothing was stored, and no proof was spent.
#[derive(Debug)]
pub(super) enum EditRefusal {
    /// The owner has not shown lately to be there.
    NotPresent(NotPresent),
    /// A rule of the operator's is against this anonymous user becoming an ordinary one.
    Rule(RefusedByRule),
    /// The store refuses.
    Change(ChangeRefusal),
}

impl Editor {
    /// Builds the editor from its ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        payments: Payments,
        presence: PresenceCheck,
        recorder: Recorder,
        rules: Rules,
    ) -> Self {
        Self { accounts, payments, presence, recorder, rules }
    }

    /// Makes the change. If another request spent a proof that pays for it, it is overtaken: that request may have been
    /// this same one.
    pub(super) async fn make(&self, edit: Edit<'_>) -> Result<Attempt<()>, Halt<EditRefusal>> {
        if let By::Caller(caller) = edit.by
            && edit.changes.iter().any(Change::needs_presence)
        {
            self.presence.require(caller, edit.origin).await.refused_as(EditRefusal::NotPresent)?;
        }
        if let Some(user) = self.user_to_be(&edit).await? {
            self.rules.judge(user).await.refused_as(EditRefusal::Rule)?;
        }
        let (user, at) = (edit.by.user(), self.recorder.now());
        let event = |(kind, detail)| self.event(kind, user, edit.origin, detail);
        let change = AccountChange {
            user,
            by: edit.by.author(),
            changes: edit.changes,
            payment: edit.payment,
            end_sessions: edit.end_sessions,
            events: edit.records.into_iter().map(event).collect(),
            telling: self.recorder.telling(edit.origin.language),
            at,
        };
        match self.accounts.change(change).await.decided()? {
            Ok(()) => {
                self.recorder.told();
                Ok(Attempt::Done(()))
            }
            Err(ChangeRefusal::ProofUnusable) => Ok(Attempt::Overtaken),
            Err(refusal) => refuse(EditRefusal::Change(refusal)),
        }
    }

    /// Returns what rules are told, if the change makes an ordinary user of an anonymous one. What somebody else has
    /// already is left for the store to refuse.
    async fn user_to_be(&self, edit: &Edit<'_>) -> Result<Option<UserToBe>, Failure> {
        let Some(caller) = edit.by.anonymous().filter(|_| !self.rules.is_empty()) else { return Ok(None) };
        let Some(way_in) = edit.changes.iter().find(|change| change.is_proven_way_in()) else { return Ok(None) };
        let mut user = UserToBe {
            anonymous: Some(caller.account.id),
            identifiers: Vec::new(),
            external: None,
            profile: caller.account.profile.clone(),
            scenario: SignUpByThirdParty.name().to_owned(),
            origin: edit.origin.clone(),
            at: self.recorder.now(),
        };
        let is_taken = match way_in {
            Change::Identifier(held) => {
                user.scenario = held.identifier.kind().name().to_owned();
                user.identifiers.push(held.identifier.clone());
                self.accounts.find_owner(&held.identifier).await?.is_some()
            }
            Change::Bind(profile) => {
                user.external = Some(ExternalProfile::clone(profile));
                self.accounts.find_by_external_identity(&profile.provider, &profile.subject).await?.is_some()
            }
            _ => return Ok(None),
        };
        Ok((!is_taken).then_some(user))
    }

    /// Looks at the `sudo_token` of a request that the proof `other` pays for as well, and returns its hash if it can
    /// pay, or if both have just paid for this same request, sent twice at once. Then the store refuses, and whoever
    /// asks looks at both once more.
    pub(super) async fn sudo(
        &self,
        caller: &Caller,
        token: &SecretString,
        other: &ProofHash,
        request: &PaidRequest<'_>,
    ) -> Result<ProofHash, Halt<ProofProblem>> {
        let sudo = self.payments.look(request, &hash_of(token).or_refuse()?).await?;
        sudo.proves_presence(caller.account.id).or_refuse()?;
        if sudo.worth != Worth::Good && self.payments.look(request, other).await?.worth == Worth::Good {
            return refuse(ProofProblem::Spent);
        }
        Ok(sudo.proof.hash)
    }

    pub(super) fn event(&self, kind: EventKind, user: UserId, origin: &Origin, detail: Option<String>) -> NewEvent {
        NewEvent { detail, ..self.recorder.own_event(kind, user, origin, self.recorder.now()) }
    }
}
