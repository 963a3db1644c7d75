//! What every change to an account has in common. All of them go through [`Editor::make`], which asks whether the owner
//! is there, and whether an anonymous user may become an ordinary one, and lets the owner be told, so that no new change
//! can forget it.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::proofs::ProofHash;
use auth_ports::{AccountStore, ChangeRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::SecretString;

use super::conversion::{ConversionRefusal, Conversions};
use crate::kit::{
    Attempt, Caller, NotPresent, PaidRequest, Payments, PresenceCheck, ProofProblem, Recorder, Worth, hash_of,
};

/// Makes changes to accounts. It is cheap to clone and part of every use case that changes an account.
#[derive(Clone)]
pub struct Editor {
    pub(super) accounts: Arc<dyn AccountStore>,
    pub(super) payments: Payments,
    pub(super) presence: PresenceCheck,
    pub(super) recorder: Recorder,
    conversions: Conversions,
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

impl By<'_> {
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
    /// The anonymous user may not become an ordinary one this way.
    Conversion(ConversionRefusal),
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
        conversions: Conversions,
    ) -> Self {
        Self { accounts, payments, presence, recorder, conversions }
    }

    /// Makes the change. If another request spent a proof that pays for it, it is overtaken: that request may have been
    /// this same one.
    pub(super) async fn make(&self, edit: Edit<'_>) -> Result<Attempt<()>, Halt<EditRefusal>> {
        if let By::Caller(caller) = edit.by
            && edit.changes.iter().any(Change::needs_presence)
        {
            self.presence.require(caller, edit.origin).await.refused_as(EditRefusal::NotPresent)?;
        }
        let (user, at) = (edit.by.user(), self.recorder.now());
        if let By::Caller(caller) | By::Present(caller) = edit.by {
            let judged = self.conversions.judge(caller, &edit.changes, edit.origin, at).await.decided()?;
            if let Err(refusal) = judged {
                return self.refuse_conversion(refusal, edit.payment.as_ref(), edit.origin).await;
            }
        }
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

    /// Refuses, unless a proof that pays for the change is no longer good: this same request may have been sent twice
    /// at once, and a rule may refuse the user to whom it has just agreed.
    async fn refuse_conversion(
        &self,
        refusal: ConversionRefusal,
        payment: Option<&Payment>,
        origin: &Origin,
    ) -> Result<Attempt<()>, Halt<EditRefusal>> {
        let refused = EditRefusal::Conversion(refusal);
        let Some(Payment { proofs, fingerprint, .. }) = payment else { return refuse(refused) };
        let request = PaidRequest::new(vec![*fingerprint], origin);
        for proof in proofs {
            let looked = self.payments.look(&request, proof).await.decided()?;
            if !looked.is_ok_and(|accepted| accepted.worth == Worth::Good) {
                return Ok(Attempt::Overtaken);
            }
        }
        refuse(refused)
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
