//! Bind a third party's identity to one's account, or unbind it.

use auth_domain::accounts::Account;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::accounts::ways_in::{Unbinding, WaysIn};
use auth_domain::events::EventKind;
use auth_domain::external_identities::ProviderId;
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::SecretString;
use thiserror::Error;

use super::conversion::ConversionRefusal;
use super::editor::{By, Edit, EditRefusal, Editor};
use crate::kit::{
    Accepted, Attempt, Caller, MessageReach, NotPresent, PaidRequest, ProofProblem, Providers, Worth, hash_of,
    look_twice,
};

/// Why an identity was not bound or unbound.
#[derive(Debug, Error)]
pub enum BindIdentityRefusal {
    /// The provider token does not pay for this request.
    #[error("provider_token {0}")]
    ProviderToken(ProofProblem),
    /// The sudo token is wrong, expired, used, or belongs to somebody else.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
    /// The owner has not shown lately to be there.
    #[error(transparent)]
    NotPresent(#[from] NotPresent),
    /// The user already has another identity at this provider, which is not replaced.
    #[error("another account of this third party is bound: unbind it first")]
    OtherBound,
    /// The identity is bound to another user.
    #[error("the third party's account is already bound to another user")]
    Taken,
    /// The anonymous user may not become an ordinary one this way.
    #[error(transparent)]
    Conversion(#[from] ConversionRefusal),
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
    providers: Providers,
    reach: MessageReach,
}

impl BindIdentity {
    /// Builds the use case from its ports. `providers` and `reach` say by what people can sign in.
    #[must_use]
    pub fn new(editor: Editor, providers: Providers, reach: MessageReach) -> Self {
        Self { editor, providers, reach }
    }

    /// Binds the identity that `token` proves. The request may be repeated. Without a `sudo_token`, the session must
    /// show presence.
    ///
    /// # Errors
    /// Returns [`BindIdentityRefusal`] if a rule refuses, or the failure of a port.
    pub async fn bind(
        &self,
        caller: &Caller,
        token: &SecretString,
        sudo_token: Option<&SecretString>,
        origin: &Origin,
    ) -> Result<(), Halt<BindIdentityRefusal>> {
        let user = caller.account.id.to_string();
        let request = self.editor.payments.request("bind an identity", &[user.as_bytes()], origin);
        let proof = hash_of(token).map_err(BindIdentityRefusal::ProviderToken).or_refuse()?;
        let bind = async |accepted: Accepted| self.bind_proven(caller, &accepted, sudo_token, &request, origin).await;
        self.editor.payments.pay(&request, &proof, BindIdentityRefusal::ProviderToken, bind).await
    }

    async fn bind_proven(
        &self,
        caller: &Caller,
        accepted: &Accepted,
        sudo_token: Option<&SecretString>,
        request: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<Attempt<()>, Halt<BindIdentityRefusal>> {
        let profile = accepted.external_profile().map_err(BindIdentityRefusal::ProviderToken).or_refuse()?;
        if accepted.worth == Worth::Repeated(caller.account.id) {
            return Ok(Attempt::Done(()));
        }
        let mut proofs = vec![accepted.proof.hash];
        if let Some(token) = sudo_token {
            let sudo = self.editor.sudo(caller, token, &accepted.proof.hash, request).await;
            proofs.push(sudo.refused_as(|_| BindIdentityRefusal::SudoToken)?);
        }
        let edit = Edit {
            by: if sudo_token.is_some() { By::Present(caller) } else { By::Caller(caller) },
            origin,
            changes: vec![Change::Bind(Box::new(profile.clone()))],
            payment: request.payment(proofs),
            end_sessions: other_devices_of_anonymous(caller),
            records: vec![(EventKind::IdentityBound, Some(profile.provider.to_string()))],
        };
        self.editor.make(edit).await.refused_as(BindIdentityRefusal::from)
    }

    /// Unbinds a provider's identity, unless it is the last way in. An identity at a provider that is not configured and
    /// an address that codes are not sent to are no ways in. Without a `sudo_token`, the session must show presence; with
    /// one, the request may be repeated.
    ///
    /// # Errors
    /// Returns [`BindIdentityRefusal`] if a rule refuses, or the failure of a port.
    pub async fn unbind(
        &self,
        caller: &Caller,
        provider: &str,
        sudo_token: Option<&SecretString>,
        origin: &Origin,
    ) -> Result<(), Halt<BindIdentityRefusal>> {
        let provider = ProviderId::parse(provider).map_err(|_| BindIdentityRefusal::NotBound).or_refuse()?;
        let Some(token) = sudo_token else {
            let unbind = async || self.remove(By::Caller(caller), caller, &provider, None, origin).await;
            return look_twice(unbind, || BindIdentityRefusal::SudoToken).await;
        };
        let request = self.editor.payments.request("unbind an identity", &[provider.as_str().as_bytes()], origin);
        let proof = hash_of(token).map_err(|_| BindIdentityRefusal::SudoToken).or_refuse()?;
        let unbind = async |sudo: Accepted| {
            sudo.proves_presence(caller.account.id).map_err(|_| BindIdentityRefusal::SudoToken).or_refuse()?;
            if sudo.worth == Worth::Repeated(caller.account.id) {
                return Ok(Attempt::Done(()));
            }
            let payment = request.payment(vec![sudo.proof.hash]);
            self.remove(By::Present(caller), caller, &provider, payment, origin).await
        };
        self.editor.payments.pay(&request, &proof, |_| BindIdentityRefusal::SudoToken, unbind).await
    }

    async fn remove(
        &self,
        by: By<'_>,
        caller: &Caller,
        provider: &ProviderId,
        payment: Option<Payment>,
        origin: &Origin,
    ) -> Result<Attempt<()>, Halt<BindIdentityRefusal>> {
        let mut bound = caller.account.external_identities.iter().map(|identity| &identity.profile.provider);
        if !bound.any(|bound| bound == provider) {
            return refuse(BindIdentityRefusal::NotBound);
        }
        let edit = Edit {
            by,
            origin,
            records: vec![(EventKind::IdentityUnbound, Some(provider.to_string()))],
            changes: vec![Change::Unbind(self.unbinding(provider, &caller.account))],
            payment,
            end_sessions: SessionsToEnd::None,
        };
        self.editor.make(edit).await.refused_as(BindIdentityRefusal::from)
    }

    fn unbinding(&self, provider: &ProviderId, account: &Account) -> Unbinding {
        let held = account.identifiers.iter().map(|held| &held.identifier);
        let ways_in = WaysIn {
            providers: self.providers.ids().cloned().collect(),
            reached: held.filter(|address| self.reach.channel_of(address).is_ok()).cloned().collect(),
        };
        Unbinding { provider: provider.clone(), ways_in }
    }
}

/// The account that an anonymous user turns into does not include whoever used the device before.
fn other_devices_of_anonymous(caller: &Caller) -> SessionsToEnd {
    if caller.is_anonymous() { SessionsToEnd::AllBut(caller.claims.session) } else { SessionsToEnd::None }
}

impl From<EditRefusal> for BindIdentityRefusal {
    fn from(refusal: EditRefusal) -> Self {
        match refusal {
            EditRefusal::NotPresent(refusal) => refusal.into(),
            EditRefusal::Conversion(refusal) => refusal.into(),
            EditRefusal::Change(ChangeRefusal::ExternalIdentityTaken) => Self::Taken,
            EditRefusal::Change(ChangeRefusal::OtherIdentityBound) => Self::OtherBound,
            EditRefusal::Change(ChangeRefusal::LastWayIn) => Self::LastWayIn,
            EditRefusal::Change(ChangeRefusal::ProofUnusable) => Self::SudoToken,
            EditRefusal::Change(
                ChangeRefusal::NoAccount | ChangeRefusal::IdentifierTaken(_) | ChangeRefusal::PasswordSet,
            ) => Self::NotBound,
        }
    }
}
