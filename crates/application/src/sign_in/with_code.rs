//! Sign in with the proof that a code earned.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::identifier::{Identifier, Schemes};
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::origin::Origin;
use auth_ports::{AccountStore, BeginRefusal, Clock, Halt, Halted as _, OrRefuse as _, ProofStore, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use crate::kit::{Arrival, FailedSignIns, Presented, ProofProblem, SessionStarter, Shown, Tokens, Worth, hash_of};

/// A wish to sign in.
#[derive(Debug, Clone)]
pub struct CodeCommand {
    /// `verification_token`
    pub token: SecretString,
    /// A login name of the same account, which SDKs send along.
    pub login: Option<String>,
    /// From where.
    pub origin: Origin,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum CodeSignInRefusal {
    /// The token does not pay.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// Nobody has this address. Told only to who controls it.
    #[error("no user has this address")]
    NoSuchUser,
    /// The login name is another account's.
    #[error("username and verification token do not belong together")]
    Mismatch,
    /// An operator closed the account.
    #[error("the account is blocked")]
    Blocked,
}

impl From<ProofProblem> for CodeSignInRefusal {
    fn from(problem: ProofProblem) -> Self {
        Self::VerificationToken(problem)
    }
}

/// Signs users in by code.
pub struct SignInWithCode {
    accounts: Arc<dyn AccountStore>,
    proofs: Arc<dyn ProofStore>,
    clock: Arc<dyn Clock>,
    failures: FailedSignIns,
    key: ServerKey,
    schemes: Schemes,
    starter: SessionStarter,
}

impl SignInWithCode {
    /// On these ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        proofs: Arc<dyn ProofStore>,
        clock: Arc<dyn Clock>,
        failures: FailedSignIns,
        key: ServerKey,
        schemes: Schemes,
        starter: SessionStarter,
    ) -> Self {
        Self { accounts, proofs, clock, failures, key, schemes, starter }
    }

    /// Spends the proof and begins a session. May be repeated like a sign-up.
    ///
    /// # Errors
    /// [`CodeSignInRefusal`], or the failure.
    pub async fn run(&self, command: CodeCommand) -> Result<Tokens, Halt<CodeSignInRefusal>> {
        match self.attempt(&command).await {
            // Spent between the look at it and the transaction: perhaps by this same request, sent
            // twice at once.
            Err(Halt::Refused(CodeSignInRefusal::VerificationToken(ProofProblem::Spent))) => {
                self.attempt(&command).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(&self, command: &CodeCommand) -> Result<Tokens, Halt<CodeSignInRefusal>> {
        let hash = hash_of(command.token.expose_secret()).or_refuse()?;
        let login = command.login.as_deref().unwrap_or_default();
        let fingerprint =
            self.key.hash(KeyUse::RequestFingerprint, &[b"sign in with a code", login.as_bytes(), hash.as_bytes()]);
        let origin = &command.origin;
        let presented = Presented { client: &origin.client, fingerprint: &fingerprint, now: self.clock.now() };
        let accepted = presented.find(&*self.proofs, &hash).await.refused_as(CodeSignInRefusal::VerificationToken)?;
        let address = accepted.address().or_refuse()?;
        let account = self.accounts.find_by_identifier(address).await?;
        let account = match account {
            None => Err((None, CodeSignInRefusal::NoSuchUser)),
            Some(account) if command.login.as_deref().is_some_and(|login| !self.names(login, &account, address)) => {
                Err((Some(account.id), CodeSignInRefusal::Mismatch))
            }
            Some(account) if account.status != UserStatus::Active => {
                Err((Some(account.id), CodeSignInRefusal::Blocked))
            }
            Some(account) => Ok(account),
        };
        let account = match account {
            Ok(account) => account,
            Err((user, refusal)) => {
                self.failures.record_once(&hash, address.kind().name(), user, origin).await?;
                return refuse(refusal);
            }
        };
        let arrival = Arrival {
            user: account.id,
            origin,
            scope: Scope::User,
            method: Method::new(address.kind().name()),
            payment: Some((hash, fingerprint)),
            shown: Shown::Address(address.clone()),
        };
        let started = match accepted.worth {
            Worth::Good => self.starter.start(arrival).await,
            Worth::Repeated(user) if user == account.id => self.starter.start_again(arrival).await,
            Worth::Repeated(_) => refuse(BeginRefusal::ProofUnusable),
        };
        started.refused_as(|refusal| match refusal {
            BeginRefusal::ProofUnusable => CodeSignInRefusal::VerificationToken(ProofProblem::Spent),
            BeginRefusal::Inactive | BeginRefusal::PasswordChanged => CodeSignInRefusal::Blocked,
        })
    }

    /// Whether `login` is the proven address or another login name of the same account.
    fn names(&self, login: &str, account: &Account, address: &Identifier) -> bool {
        let Some(named) = self.schemes.read_login(login.trim()) else { return false };
        named == *address || account.identifiers.iter().any(|held| held.identifier == named)
    }
}
