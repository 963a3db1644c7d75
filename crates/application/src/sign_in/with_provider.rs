//! Sign in with a third party's identity; who is new there is signed up.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::change::{AccountChange, Change, SessionsToEnd};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::error_chain::ErrorChain;
use auth_domain::events::{Actor, EventKind};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::origin::Origin;
use auth_domain::profile::{Profile, RawProfile};
use auth_ports::{AccountStore, BeginRefusal, Clock, Entropy, Halt, Halted as _, OrRefuse as _, ProofStore, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use crate::kit::{
    Arrival, FailedSignIns, Presented, ProofProblem, SessionStarter, Shown, Tokens, Worth, hash_of, new_event,
};
use crate::sign_up::{SignUp, SignUpRefusal};

/// A wish to sign in.
#[derive(Debug, Clone)]
pub struct ProviderCommand {
    /// `provider_token`
    pub token: SecretString,
    /// If sent, it must be the token's.
    pub provider_id: Option<String>,
    /// Whether who is new is refused instead of signed up.
    pub force_disable_sign_up: bool,
    /// Whether name and picture are copied from the third party.
    pub sync_profile: bool,
    /// From where.
    pub origin: Origin,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum ProviderSignInRefusal {
    /// The token does not pay.
    #[error("provider_token {0}")]
    ProviderToken(ProofProblem),
    /// The identity is nobody's, and signing up is not wished.
    #[error("no user has this identity")]
    NoSuchUser,
    /// An operator closed the account.
    #[error("the account is blocked")]
    Blocked,
    /// Who is new could not be signed up.
    #[error(transparent)]
    SignUp(Box<SignUpRefusal>),
}

impl From<ProofProblem> for ProviderSignInRefusal {
    fn from(problem: ProofProblem) -> Self {
        Self::ProviderToken(problem)
    }
}

/// Signs users in by third party.
pub struct SignInWithProvider {
    accounts: Arc<dyn AccountStore>,
    proofs: Arc<dyn ProofStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    failures: FailedSignIns,
    key: ServerKey,
    starter: SessionStarter,
    sign_up: Arc<SignUp>,
}

impl SignInWithProvider {
    /// On these ports.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a use case lists every port that it uses")]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        proofs: Arc<dyn ProofStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        failures: FailedSignIns,
        key: ServerKey,
        starter: SessionStarter,
        sign_up: Arc<SignUp>,
    ) -> Self {
        Self { accounts, proofs, clock, entropy, failures, key, starter, sign_up }
    }

    /// Finds the user by the pair (provider, subject) and by nothing else, spends the proof and
    /// begins a session. May be repeated like a sign-up.
    ///
    /// # Errors
    /// [`ProviderSignInRefusal`], or the failure.
    pub async fn run(&self, command: ProviderCommand) -> Result<Tokens, Halt<ProviderSignInRefusal>> {
        match self.attempt(&command).await {
            // Spent between the look at it and the transaction: perhaps by this same request, sent
            // twice at once.
            Err(Halt::Refused(ProviderSignInRefusal::ProviderToken(ProofProblem::Spent))) => {
                self.attempt(&command).await
            }
            // Signed up meanwhile, by another request of the same person: then they sign in.
            Err(Halt::Refused(ProviderSignInRefusal::SignUp(refusal)))
                if matches!(*refusal, SignUpRefusal::ExternalIdentityTaken) =>
            {
                self.attempt(&command).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(&self, command: &ProviderCommand) -> Result<Tokens, Halt<ProviderSignInRefusal>> {
        let hash = hash_of(command.token.expose_secret()).or_refuse()?;
        let wishes = [command.force_disable_sign_up, command.sync_profile].map(u8::from);
        let parts: [&[u8]; 3] = [b"sign in with a provider", &wishes, hash.as_bytes()];
        let fingerprint = self.key.hash(KeyUse::RequestFingerprint, &parts);
        let origin = &command.origin;
        let presented = Presented { client: &origin.client, fingerprint: &fingerprint, now: self.clock.now() };
        let accepted = presented.find(&*self.proofs, &hash).await.refused_as(ProviderSignInRefusal::ProviderToken)?;
        let profile = accepted.external_profile().or_refuse()?;
        if command.provider_id.as_deref().is_some_and(|id| id != profile.provider.as_str()) {
            return refuse(ProofProblem::OtherSubject.into());
        }
        let found = self.accounts.find_by_external_identity(&profile.provider, &profile.subject).await;
        let Some(account) = found? else {
            if command.force_disable_sign_up {
                self.failures.record_once(&hash, profile.provider.as_str(), None, origin).await?;
                return refuse(ProviderSignInRefusal::NoSuchUser);
            }
            let signed_up = self.sign_up.with_identity(profile, hash, fingerprint, origin).await;
            return signed_up.refused_as(|refusal| ProviderSignInRefusal::SignUp(Box::new(refusal)));
        };
        if account.status != UserStatus::Active {
            self.failures.record_once(&hash, profile.provider.as_str(), Some(account.id), origin).await?;
            return refuse(ProviderSignInRefusal::Blocked);
        }
        let arrival = Arrival {
            user: account.id,
            origin,
            scope: Scope::User,
            method: Method::new(profile.provider.as_str()),
            payment: Some((hash, fingerprint)),
            shown: Shown::Other,
        };
        let started = match accepted.worth {
            Worth::Good => self.starter.start(arrival).await,
            Worth::Repeated(user) if user == account.id => self.starter.start_again(arrival).await,
            Worth::Repeated(_) => refuse(BeginRefusal::ProofUnusable),
        };
        let tokens = started.refused_as(|refusal| match refusal {
            BeginRefusal::ProofUnusable => ProviderSignInRefusal::ProviderToken(ProofProblem::Spent),
            BeginRefusal::Inactive | BeginRefusal::PasswordChanged => ProviderSignInRefusal::Blocked,
        })?;
        if command.sync_profile {
            self.copy_profile(account, profile, origin).await;
        }
        Ok(tokens)
    }

    /// The user is signed in already; a copy that fails is made at the next sign-in.
    async fn copy_profile(&self, account: Account, profile: &ExternalProfile, origin: &Origin) {
        let raw =
            RawProfile { name: profile.name.as_deref(), picture: profile.picture.as_deref(), ..RawProfile::default() };
        // What a third party says may not fit our rules; then nothing of it is taken.
        let Ok(newer) = Profile::parse(&raw) else { return };
        let at = self.clock.now();
        let actor = Actor::User(origin.clone());
        let change = AccountChange {
            user: account.id,
            session: None,
            changes: vec![Change::Profile(account.profile.updated_by(newer))],
            proofs: Vec::new(),
            fingerprint: [0; 32],
            end_sessions: SessionsToEnd::None,
            events: vec![new_event(&*self.entropy, EventKind::ProfileChanged, Some(account.id), actor, at)],
            at,
        };
        if let Err(error) = self.accounts.change(change).await {
            tracing::warn!(error = %ErrorChain(&error), "profile.not_copied");
        }
    }
}
