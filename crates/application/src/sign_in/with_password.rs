//! Sign in with a password and a username, phone number or e-mail address.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::credentials::{Password, PasswordHash};
use auth_domain::error_chain::ErrorChain;
use auth_domain::identifier::{Identifier, Schemes};
use auth_domain::origin::Origin;
use auth_ports::{AccountStore, BeginRefusal, Failure, Halt, Halted as _, Verdict, refuse};
use secrecy::SecretString;
use thiserror::Error;

use crate::kit::{Allowance, Arrival, CountedTry, Named, OverBudget, Passwords, Recorder, Sessions, Shown, Tokens};

/// A request to sign in.
#[derive(Debug, Clone)]
pub struct PasswordCommand {
    /// A username, phone number or e-mail address.
    pub login: String,
    /// The password.
    pub password: SecretString,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum PasswordSignInRefusal {
    /// Nobody has this name, or the password is wrong. Both get the same answer after the same time.
    #[error("the username or the password is wrong")]
    WrongPassword,
    /// The account has no password.
    #[error("the account has no password: sign in with a code or a third party")]
    PasswordNotSet,
    /// An operator has blocked the account. Only somebody who knows the password is told so.
    #[error("the account is blocked")]
    Blocked,
    /// There were too many tries.
    #[error("too many tries to sign in: try again later, or sign in with a code")]
    TooManyTries(OverBudget),
}

/// A request, and how its try was counted.
struct Attempt<'a> {
    command: &'a PasswordCommand,
    login: Option<&'a Identifier>,
    counted: &'a CountedTry,
}

/// Signs users in with a password.
pub struct SignInWithPassword {
    accounts: Arc<dyn AccountStore>,
    passwords: Passwords,
    recorder: Recorder,
    schemes: Schemes,
    sessions: Sessions,
    reveal_existence: bool,
}

impl SignInWithPassword {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        passwords: Passwords,
        recorder: Recorder,
        schemes: Schemes,
        sessions: Sessions,
        reveal_existence: bool,
    ) -> Self {
        Self { accounts, passwords, recorder, schemes, sessions, reveal_existence }
    }

    /// Checks the password and begins a session. If too many passwords wait already, it fails before it looks for anybody.
    ///
    /// # Errors
    /// Returns [`PasswordSignInRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: PasswordCommand) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
        let place = self.passwords.hashes.keep_place(&command.origin)?;
        let (login, account) = self.find_any(command.login.trim()).await?;
        drop(place);
        let named = Named { login: login.as_ref(), account: account.as_ref() };
        let counted = self.passwords.tries.count(named, &command.origin).await;
        let (counted, allowed) = counted.refused_as(PasswordSignInRefusal::TooManyTries)?;
        let attempt = Attempt { command: &command, login: login.as_ref(), counted: &counted };
        match self.attempt(&attempt, account, allowed).await? {
            Some(tokens) => Ok(tokens),
            // By the time the session was to begin, the account was gone, blocked, or had another hash, which may be
            // a renewed hash of the same password.
            None => self.attempt_again(&attempt).await,
        }
    }

    async fn attempt_again(&self, attempt: &Attempt<'_>) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
        let account = self.find(attempt.login).await?;
        let owner = account.as_ref().map(|account| account.id).filter(|_| attempt.counted.belongs);
        let allowed = self.passwords.hashes.allow(&attempt.command.origin, owner).await;
        let allowed = allowed.refused_as(PasswordSignInRefusal::TooManyTries)?;
        match self.attempt(attempt, account, allowed).await? {
            Some(tokens) => Ok(tokens),
            None => self.fail(attempt, None, PasswordSignInRefusal::WrongPassword).await,
        }
    }

    /// Finds who is meant, and by which login name. If nobody is, it is the one that was most likely meant.
    async fn find_any(&self, login: &str) -> Result<(Option<Identifier>, Option<Account>), Failure> {
        let mut meant = None;
        for login in self.schemes.read_logins(login) {
            let account = self.find(Some(&login)).await?;
            if account.is_some() {
                return Ok((Some(login), account));
            }
            meant = Some(login);
        }
        Ok((meant, None))
    }

    async fn find(&self, login: Option<&Identifier>) -> Result<Option<Account>, Failure> {
        match login {
            Some(login) => Ok(self.accounts.find_by_identifier(login).await?),
            None => Ok(None),
        }
    }

    /// Returns `None` if the account changed between the check and the session.
    async fn attempt(
        &self,
        attempt: &Attempt<'_>,
        account: Option<Account>,
        allowed: Allowance,
    ) -> Result<Option<Tokens>, Halt<PasswordSignInRefusal>> {
        let stored = account.as_ref().and_then(|account| account.password.clone());
        let stored = stored.filter(|_| !attempt.counted.is_blind);
        let (verdict, password) = self.passwords.verify(&attempt.command.password, stored.clone(), allowed).await?;
        let (Some(account), Some(login)) = (account, attempt.login) else {
            return self.fail(attempt, None, PasswordSignInRefusal::WrongPassword).await.map(Some);
        };
        match (verdict, stored) {
            (_, None) if self.reveal_existence => {
                self.fail(attempt, Some(&account), PasswordSignInRefusal::PasswordNotSet).await.map(Some)
            }
            (Verdict::Differs, _) | (_, None) => {
                self.fail(attempt, Some(&account), PasswordSignInRefusal::WrongPassword).await.map(Some)
            }
            (_, Some(_)) if account.status != UserStatus::Active => {
                self.fail(attempt, Some(&account), PasswordSignInRefusal::Blocked).await.map(Some)
            }
            (verdict, Some(stored)) => {
                let Some(tokens) = self.begin(attempt, &account, login, &stored).await? else {
                    return Ok(None);
                };
                if let (Verdict::MatchesOutdated, Some(password)) = (verdict, password) {
                    self.renew(&account, stored, password, &attempt.command.origin).await;
                }
                Ok(Some(tokens))
            }
        }
    }

    async fn begin(
        &self,
        attempt: &Attempt<'_>,
        account: &Account,
        login: &Identifier,
        stored: &PasswordHash,
    ) -> Result<Option<Tokens>, Halt<PasswordSignInRefusal>> {
        let arrival = Arrival {
            user: account.id,
            origin: &attempt.command.origin,
            scope: Scope::User,
            method: Method::new(login.kind().name()),
            payment: None,
            shown: Shown::Password(stored.clone()),
        };
        let tokens = match self.sessions.begin(arrival).await.decided()? {
            Ok(tokens) => tokens,
            Err(
                BeginRefusal::PasswordChanged
                | BeginRefusal::Inactive
                | BeginRefusal::ProofUnusable
                | BeginRefusal::WayInRemoved,
            ) => {
                return Ok(None);
            }
        };
        self.passwords.tries.was_right(attempt.counted).await?;
        Ok(Some(tokens))
    }

    /// Replaces a hash that has old parameters. The user is already signed in, so if this fails, or the budget is used
    /// up, the next sign-in simply tries again.
    async fn renew(&self, account: &Account, old: PasswordHash, password: Password, origin: &Origin) {
        let hashes = &self.passwords.hashes;
        let renewed = match hashes.allow(origin, Some(account.id)).await {
            Err(Halt::Refused(_)) => Ok(()),
            Err(Halt::Failed(failure)) => Err(failure),
            Ok(allowed) => match hashes.hash(password, allowed).await {
                Ok(new) => self.accounts.renew_password_hash(account.id, old, new).await,
                Err(failure) => Err(failure),
            },
        };
        if let Err(error) = renewed {
            tracing::warn!(error = %ErrorChain(&error), "password.not_renewed");
        }
    }

    async fn fail(
        &self,
        attempt: &Attempt<'_>,
        account: Option<&Account>,
        reason: PasswordSignInRefusal,
    ) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
        if let PasswordSignInRefusal::WrongPassword = reason {
            self.passwords.tries.was_wrong(attempt.counted).await?;
        }
        let user = account.map(|account| account.id);
        self.recorder.sign_in_failed("password", user, &attempt.command.origin).await?;
        refuse(reason)
    }
}
