//! Sign in with the proof that a code earned.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::identifier::{Identifier, Schemes};
use auth_domain::origin::Origin;
use auth_ports::{AccountStore, BeginRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::SecretString;
use thiserror::Error;

use crate::kit::{
    Accepted, Arrival, Attempt, PaidRequest, Payments, ProofProblem, Recorder, Sessions, Shown, Tokens, hash_of,
};

/// A request to sign in.
#[derive(Debug, Clone)]
pub struct CodeCommand {
    /// The `verification_token`.
    pub token: SecretString,
    /// A login name of the same account, which SDKs also send.
    pub login: Option<String>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum CodeSignInRefusal {
    /// The token does not pay for this request.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// Nobody has this address. Only somebody who controls it is told so.
    #[error("no user has this address")]
    NoSuchUser,
    /// The login name belongs to another account.
    #[error("username and verification token do not belong together")]
    Mismatch,
    /// An operator has blocked the account.
    #[error("the account is blocked")]
    Blocked,
}

/// Signs users in with a code.
pub struct SignInWithCode {
    accounts: Arc<dyn AccountStore>,
    payments: Payments,
    recorder: Recorder,
    schemes: Schemes,
    sessions: Sessions,
}

impl SignInWithCode {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        payments: Payments,
        recorder: Recorder,
        schemes: Schemes,
        sessions: Sessions,
    ) -> Self {
        Self { accounts, payments, recorder, schemes, sessions }
    }

    /// Spends the proof and begins a session. The request may be repeated like a sign-up.
    ///
    /// # Errors
    /// Returns [`CodeSignInRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: CodeCommand) -> Result<Tokens, Halt<CodeSignInRefusal>> {
        let proof = hash_of(&command.token).map_err(CodeSignInRefusal::VerificationToken).or_refuse()?;
        let login = command.login.as_deref().unwrap_or_default();
        let parts = [login.as_bytes(), proof.as_bytes()];
        let request = self.payments.request("sign in with a code", &parts, &command.origin);
        let begin = async |accepted: Accepted| self.begin(&command, &accepted, &request).await;
        self.payments.pay(&request, &proof, CodeSignInRefusal::VerificationToken, begin).await
    }

    async fn begin(
        &self,
        command: &CodeCommand,
        accepted: &Accepted,
        request: &PaidRequest<'_>,
    ) -> Result<Attempt<Tokens>, Halt<CodeSignInRefusal>> {
        let address = accepted.address().map_err(CodeSignInRefusal::VerificationToken).or_refuse()?;
        let account = self.owner(command, address, accepted).await?;
        let arrival = Arrival {
            user: account.id,
            origin: &command.origin,
            scope: Scope::User,
            method: Method::new(address.kind().name()),
            payment: request.payment(vec![accepted.proof.hash]),
            shown: Shown::Address(address.clone()),
        };
        match self.sessions.begin_paid(arrival, accepted.worth).await.decided()? {
            Ok(tokens) => Ok(Attempt::Done(tokens)),
            Err(BeginRefusal::ProofUnusable) => Ok(Attempt::Overtaken),
            Err(BeginRefusal::Inactive | BeginRefusal::PasswordChanged) => refuse(CodeSignInRefusal::Blocked),
            Err(BeginRefusal::WayInRemoved) => refuse(CodeSignInRefusal::NoSuchUser),
        }
    }

    /// Finds the active user who has the address, and checks that the proof opens the account, and the login name that was
    /// sent with it.
    async fn owner(
        &self,
        command: &CodeCommand,
        address: &Identifier,
        accepted: &Accepted,
    ) -> Result<Account, Halt<CodeSignInRefusal>> {
        let (user, refusal) = match self.accounts.find_by_identifier(address).await? {
            None => (None, CodeSignInRefusal::NoSuchUser),
            Some(account) => match self.judge(command, &account, address, accepted) {
                Ok(()) => return Ok(account),
                Err(refusal) => (Some(account.id), refusal),
            },
        };
        self.recorder.sign_in_failed_once(&accepted.proof.hash, address.kind().name(), user, &command.origin).await?;
        refuse(refusal)
    }

    fn judge(
        &self,
        command: &CodeCommand,
        account: &Account,
        address: &Identifier,
        accepted: &Accepted,
    ) -> Result<(), CodeSignInRefusal> {
        accepted.opens(account).map_err(CodeSignInRefusal::VerificationToken)?;
        if command.login.as_deref().is_some_and(|login| !self.names(login, account, address)) {
            return Err(CodeSignInRefusal::Mismatch);
        }
        if account.status == UserStatus::Active { Ok(()) } else { Err(CodeSignInRefusal::Blocked) }
    }

    /// Whether `login` is the proven address or another login name of the same account.
    fn names(&self, login: &str, account: &Account, address: &Identifier) -> bool {
        let named = self.schemes.read_logins(login.trim());
        let held = account.identifiers.iter().map(|held| &held.identifier).chain([address]);
        held.into_iter().any(|held| named.contains(held))
    }
}
