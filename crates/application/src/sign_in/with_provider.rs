//! Sign in with a third party's identity; a new user is signed up.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::error_chain::ErrorChain;
use auth_domain::events::EventKind;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::origin::Origin;
use auth_domain::profile::Profile;
use auth_domain::proofs::ProofHash;
use auth_ports::{AccountStore, BeginRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::SecretString;
use thiserror::Error;

use crate::kit::{
    Accepted, Arrival, Attempt, PaidRequest, Payments, ProofProblem, Recorder, Sessions, Shown, Tokens, hash_of,
};
use crate::sign_up::{SignUp, SignUpRefusal};

/// A request to sign in.
#[derive(Debug, Clone)]
pub struct ProviderCommand {
    /// The `provider_token`.
    pub token: SecretString,
    /// If sent, it must be the provider of the token.
    pub provider_id: Option<String>,
    /// Whether a new user is refused instead of signed up.
    pub force_disable_sign_up: bool,
    /// Whether name and picture are copied from the third party.
    pub sync_profile: bool,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum ProviderSignInRefusal {
    /// The token does not pay for this request.
    #[error("provider_token {0}")]
    ProviderToken(ProofProblem),
    /// Nobody has this identity, and the client does not want to sign the user up.
    #[error("no user has this identity")]
    NoSuchUser,
    /// An operator has blocked the account.
    #[error("the account is blocked")]
    Blocked,
    /// The new user could not be signed up.
    #[error(transparent)]
    SignUp(Box<SignUpRefusal>),
}

/// Signs users in through a third party.
pub struct SignInWithProvider {
    accounts: Arc<dyn AccountStore>,
    payments: Payments,
    recorder: Recorder,
    sessions: Sessions,
    sign_up: Arc<SignUp>,
}

impl SignInWithProvider {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        payments: Payments,
        recorder: Recorder,
        sessions: Sessions,
        sign_up: Arc<SignUp>,
    ) -> Self {
        Self { accounts, payments, recorder, sessions, sign_up }
    }

    /// Finds the user by the pair (provider, subject) and by nothing else, spends the proof and begins a session. The
    /// request may be repeated like a sign-up.
    ///
    /// # Errors
    /// Returns [`ProviderSignInRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: ProviderCommand) -> Result<Tokens, Halt<ProviderSignInRefusal>> {
        let proof = hash_of(&command.token).map_err(ProviderSignInRefusal::ProviderToken).or_refuse()?;
        let wishes = [command.force_disable_sign_up, command.sync_profile].map(u8::from);
        let parts: [&[u8]; 2] = [&wishes, proof.as_bytes()];
        let request = self.payments.request("sign in with a provider", &parts, &command.origin);
        let enter = async |accepted: Accepted| self.enter(&command, &accepted, &request).await;
        self.payments.pay(&request, &proof, ProviderSignInRefusal::ProviderToken, enter).await
    }

    async fn enter(
        &self,
        command: &ProviderCommand,
        accepted: &Accepted,
        request: &PaidRequest<'_>,
    ) -> Result<Attempt<Tokens>, Halt<ProviderSignInRefusal>> {
        let profile = accepted.external_profile().map_err(ProviderSignInRefusal::ProviderToken).or_refuse()?;
        if command.provider_id.as_deref().is_some_and(|id| id != profile.provider.as_str()) {
            return refuse(ProviderSignInRefusal::ProviderToken(ProofProblem::OtherSubject));
        }
        let (proof, origin) = (&accepted.proof.hash, &command.origin);
        match self.accounts.find_by_external_identity(&profile.provider, &profile.subject).await? {
            None if command.force_disable_sign_up => {
                self.recorder.sign_in_failed_once(proof, profile.provider.as_str(), None, origin).await?;
                refuse(ProviderSignInRefusal::NoSuchUser)
            }
            None => self.sign_up(profile, proof, request, origin).await,
            Some(account) if account.status != UserStatus::Active => {
                self.recorder.sign_in_failed_once(proof, profile.provider.as_str(), Some(account.id), origin).await?;
                refuse(ProviderSignInRefusal::Blocked)
            }
            Some(account) => self.begin(command, account, profile, accepted, request).await,
        }
    }

    async fn sign_up(
        &self,
        profile: &ExternalProfile,
        proof: &ProofHash,
        request: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<Attempt<Tokens>, Halt<ProviderSignInRefusal>> {
        match self.sign_up.with_identity(profile, *proof, request, origin).await.decided()? {
            Ok(attempt) => Ok(attempt),
            // Another request of the same person has signed them up meanwhile, so they sign in.
            Err(SignUpRefusal::ExternalIdentityTaken) => Ok(Attempt::Overtaken),
            Err(refusal) => refuse(ProviderSignInRefusal::SignUp(Box::new(refusal))),
        }
    }

    async fn begin(
        &self,
        command: &ProviderCommand,
        account: Account,
        profile: &ExternalProfile,
        accepted: &Accepted,
        request: &PaidRequest<'_>,
    ) -> Result<Attempt<Tokens>, Halt<ProviderSignInRefusal>> {
        let arrival = Arrival {
            user: account.id,
            origin: &command.origin,
            scope: Scope::User,
            method: Method::new(profile.provider.as_str()),
            payment: request.payment(vec![accepted.proof.hash]),
            shown: Shown::Identity(profile.provider.clone(), profile.subject.clone()),
        };
        let tokens = match self.sessions.begin_paid(arrival, accepted.worth).await.decided()? {
            Ok(tokens) => tokens,
            Err(BeginRefusal::ProofUnusable) => return Ok(Attempt::Overtaken),
            Err(BeginRefusal::WayInRemoved) => return Ok(Attempt::Overtaken),
            Err(BeginRefusal::Inactive | BeginRefusal::PasswordChanged) => {
                return refuse(ProviderSignInRefusal::Blocked);
            }
        };
        if command.sync_profile {
            self.copy_profile(account, profile, &command.origin).await;
        }
        Ok(Attempt::Done(tokens))
    }

    /// Copies the profile. The user is already signed in, so after a failure here the next sign-in copies it.
    async fn copy_profile(&self, account: Account, profile: &ExternalProfile, origin: &Origin) {
        let newer = profile.readable();
        if newer == Profile::default() {
            return;
        }
        let at = self.recorder.now();
        let change = AccountChange {
            user: account.id,
            by: Author::Owner { session: None },
            changes: vec![Change::Profile(account.profile.updated_by(newer))],
            payment: None,
            end_sessions: SessionsToEnd::None,
            events: vec![self.recorder.own_event(EventKind::ProfileChanged, account.id, origin, at)],
            telling: None,
            at,
        };
        if let Err(error) = self.accounts.change(change).await {
            tracing::warn!(error = %ErrorChain(&error), "profile.not_copied");
        }
    }
}
