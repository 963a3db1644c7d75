//! Bind a third party's identity to one's account, or unbind it.

use auth_domain::access::Scope;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::events::EventKind;
use auth_domain::external_identities::ProviderId;
use auth_domain::origin::Origin;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::SecretString;
use thiserror::Error;

use super::editor::{Edit, Editor};
use crate::kit::{Accepted, Attempt, Caller, PaidRequest, ProofProblem, Worth, hash_of};

/// Why an identity was not bound or unbound.
#[derive(Debug, Error)]
pub enum BindIdentityRefusal {
    /// The provider token does not pay for this request.
    #[error("provider_token {0}")]
    ProviderToken(ProofProblem),
    /// The identity is bound to another user.
    #[error("the third party's account is already bound to another user")]
    Taken,
    /// The user has no identity at this provider.
    #[error("no identity of this provider is bound")]
    NotBound,
    /// After the change, nobody could sign in to the account any more.
    #[error("this is the last way to sign in: add a phone number, an email or a password first")]
    LastWayIn,
}

/// Binds and unbinds identities.
pub struct BindIdentity {
    editor: Editor,
}

impl BindIdentity {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(editor: Editor) -> Self {
        Self { editor }
    }

    /// Binds the identity that the token proves. The request may be repeated.
    ///
    /// # Errors
    /// Returns [`BindIdentityRefusal`] if a rule refuses, or the failure of a port.
    pub async fn bind(
        &self,
        caller: &Caller,
        token: &SecretString,
        origin: &Origin,
    ) -> Result<(), Halt<BindIdentityRefusal>> {
        let user = caller.account.id.to_string();
        let request = self.editor.payments.request("bind an identity", &[user.as_bytes()], origin);
        let proof = hash_of(token).map_err(BindIdentityRefusal::ProviderToken).or_refuse()?;
        let bind = async |accepted: Accepted| self.bind_proven(caller, &accepted, &request, origin).await;
        self.editor.payments.pay(&request, &proof, BindIdentityRefusal::ProviderToken, bind).await
    }

    async fn bind_proven(
        &self,
        caller: &Caller,
        accepted: &Accepted,
        request: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<Attempt<()>, Halt<BindIdentityRefusal>> {
        let profile = accepted.external_profile().map_err(BindIdentityRefusal::ProviderToken).or_refuse()?;
        if accepted.worth == Worth::Repeated(caller.account.id) {
            return Ok(Attempt::Done(()));
        }
        let edit = Edit {
            user: caller.account.id,
            session: Some(caller.claims.session),
            origin,
            changes: vec![Change::Bind(Box::new(profile.clone()))],
            payment: request.payment(vec![accepted.proof.hash]),
            end_sessions: other_devices_of_anonymous(caller),
            records: vec![(EventKind::IdentityBound, Some(profile.provider.to_string()))],
        };
        match self.editor.make(edit).await.decided()? {
            Ok(()) => Ok(Attempt::Done(())),
            Err(ChangeRefusal::ProofUnusable) => Ok(Attempt::Overtaken),
            Err(refusal) => refuse(refusal.into()),
        }
    }

    /// Unbinds a provider's identity, unless it is the last way in.
    ///
    /// # Errors
    /// Returns [`BindIdentityRefusal`] if a rule refuses, or the failure of a port.
    pub async fn unbind(
        &self,
        caller: &Caller,
        provider: &str,
        origin: &Origin,
    ) -> Result<(), Halt<BindIdentityRefusal>> {
        let provider = ProviderId::parse(provider).map_err(|_| BindIdentityRefusal::NotBound).or_refuse()?;
        let bound =
            |identity: &auth_domain::external_identities::ExternalIdentity| identity.profile.provider == provider;
        if !caller.account.external_identities.iter().any(bound) {
            return refuse(BindIdentityRefusal::NotBound);
        }
        let edit = Edit {
            user: caller.account.id,
            session: Some(caller.claims.session),
            origin,
            records: vec![(EventKind::IdentityUnbound, Some(provider.to_string()))],
            changes: vec![Change::Unbind(provider)],
            payment: None,
            end_sessions: SessionsToEnd::None,
        };
        self.editor.make(edit).await.refused_as(BindIdentityRefusal::from)
    }
}

/// The account that an anonymous user turns into does not include whoever used the device before.
fn other_devices_of_anonymous(caller: &Caller) -> SessionsToEnd {
    match caller.claims.scope {
        Scope::Anonymous => SessionsToEnd::AllBut(caller.claims.session),
        _ => SessionsToEnd::None,
    }
}

impl From<ChangeRefusal> for BindIdentityRefusal {
    fn from(refusal: ChangeRefusal) -> Self {
        match refusal {
            ChangeRefusal::ExternalIdentityTaken => Self::Taken,
            ChangeRefusal::LastWayIn => Self::LastWayIn,
            ChangeRefusal::ProofUnusable => Self::ProviderToken(ProofProblem::Spent),
            ChangeRefusal::NoAccount | ChangeRefusal::IdentifierTaken(_) => Self::NotBound,
        }
    }
}
