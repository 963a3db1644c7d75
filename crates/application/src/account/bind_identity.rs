//! Bind a third party's identity to one's account, or unbind it.

use auth_domain::access::Scope;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::events::EventKind;
use auth_domain::external_identities::ProviderId;
use auth_domain::origin::Origin;
use auth_ports::ChangeError;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{Edit, Editor};
use crate::kit::{Caller, Failure, ProofProblem, ProofRefusal, Worth};

/// Why nothing was bound or unbound.
#[derive(Debug, Error)]
pub enum BindIdentityError {
    /// The provider token does not pay.
    #[error("provider_token {0}")]
    ProviderToken(ProofProblem),
    /// The identity is another user's.
    #[error("the third party's account is bound to another user already")]
    Taken,
    /// The user has no identity there.
    #[error("no identity of this provider is bound")]
    NotBound,
    /// Nobody could sign in to the account any more.
    #[error("it is the last way to sign in: add a phone number, an email or a password first")]
    LastWayIn,
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Binds and unbinds identities.
pub struct BindIdentity {
    editor: Editor,
}

impl BindIdentity {
    /// On these ports.
    #[must_use]
    pub fn new(editor: Editor) -> Self {
        Self { editor }
    }

    /// Binds the identity that the token proves. May be repeated.
    ///
    /// # Errors
    /// [`BindIdentityError`].
    pub async fn bind(&self, caller: &Caller, token: &SecretString, origin: &Origin) -> Result<(), BindIdentityError> {
        let fingerprint = self.editor.fingerprint("bind an identity", &[&caller.account.id.to_string()]);
        let found = self.editor.proof(token.expose_secret(), origin, &fingerprint).await;
        let accepted = found.map_err(|refusal| match refusal {
            ProofRefusal::Problem(problem) => BindIdentityError::ProviderToken(problem),
            ProofRefusal::Failed(failure) => failure.into(),
        })?;
        let profile = accepted.external_profile().map_err(BindIdentityError::ProviderToken)?;
        if accepted.worth == Worth::Repeated(caller.account.id) {
            return Ok(());
        }
        let edit = Edit {
            user: caller.account.id,
            session: Some(caller.claims.session),
            origin,
            changes: vec![Change::Bind(Box::new(profile.clone()))],
            proofs: vec![accepted.proof.hash],
            fingerprint,
            end_sessions: other_devices_of_anonymous(caller),
            records: vec![(EventKind::IdentityBound, Some(profile.provider.to_string()))],
        };
        self.editor.make(edit).await.map_err(refusal)
    }

    /// Unbinds a provider's identity, unless it is the last way in.
    ///
    /// # Errors
    /// [`BindIdentityError`].
    pub async fn unbind(&self, caller: &Caller, provider: &str, origin: &Origin) -> Result<(), BindIdentityError> {
        let provider = ProviderId::parse(provider).map_err(|_| BindIdentityError::NotBound)?;
        let bound =
            |identity: &auth_domain::external_identities::ExternalIdentity| identity.profile.provider == provider;
        if !caller.account.external_identities.iter().any(bound) {
            return Err(BindIdentityError::NotBound);
        }
        let edit = Edit {
            user: caller.account.id,
            session: Some(caller.claims.session),
            origin,
            records: vec![(EventKind::IdentityUnbound, Some(provider.to_string()))],
            changes: vec![Change::Unbind(provider)],
            proofs: Vec::new(),
            fingerprint: [0; 32],
            end_sessions: SessionsToEnd::None,
        };
        self.editor.make(edit).await.map_err(refusal)
    }
}

/// Whoever used the device before is not in the account that is made of it.
fn other_devices_of_anonymous(caller: &Caller) -> SessionsToEnd {
    match caller.claims.scope {
        Scope::Anonymous => SessionsToEnd::AllBut(caller.claims.session),
        _ => SessionsToEnd::None,
    }
}

fn refusal(error: ChangeError) -> BindIdentityError {
    match error {
        ChangeError::ExternalIdentityTaken => BindIdentityError::Taken,
        ChangeError::LastWayIn => BindIdentityError::LastWayIn,
        ChangeError::ProofUnusable => BindIdentityError::ProviderToken(ProofProblem::Spent),
        ChangeError::NoAccount | ChangeError::IdentifierTaken(_) => BindIdentityError::NotBound,
        ChangeError::Store(error) => Failure::from(error).into(),
    }
}
