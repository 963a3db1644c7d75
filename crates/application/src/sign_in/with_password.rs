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

use crate::kit::{Arrival, OverBudget, Passwords, Recorder, Sessions, Shown, Tokens};

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

    /// Checks the password and begins a session.
    ///
    /// # Errors
    /// Returns [`PasswordSignInRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: PasswordCommand) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
        let (login, account) = self.find_any(command.login.trim()).await?;
        self.count_try(&command.origin, &whom(login.as_ref(), account.as_ref())).await?;
        match self.attempt(&command, login.as_ref(), account).await? {
            Some(tokens) => Ok(tokens),
            // By the time the session was to begin, the account was gone, blocked, or had another hash, which may be
            // a renewed hash of the same password.
            None => match self.attempt(&command, login.as_ref(), self.find(login.as_ref()).await?).await? {
                Some(tokens) => Ok(tokens),
                None => self.fail(None, &command.origin, PasswordSignInRefusal::WrongPassword).await,
            },
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
        command: &PasswordCommand,
        login: Option<&Identifier>,
        account: Option<Account>,
    ) -> Result<Option<Tokens>, Halt<PasswordSignInRefusal>> {
        let stored = account.as_ref().and_then(|account| account.password.clone());
        let (verdict, password) = self.passwords.verify(&command.password, stored.clone()).await?;
        let (Some(account), Some(login)) = (account, login) else {
            return self.fail(None, &command.origin, PasswordSignInRefusal::WrongPassword).await.map(Some);
        };
        match (verdict, stored) {
            (_, None) if self.reveal_existence => {
                self.fail(Some(&account), &command.origin, PasswordSignInRefusal::PasswordNotSet).await.map(Some)
            }
            (Verdict::Differs, _) | (_, None) => {
                self.fail(Some(&account), &command.origin, PasswordSignInRefusal::WrongPassword).await.map(Some)
            }
            (_, Some(_)) if account.status != UserStatus::Active => {
                self.fail(Some(&account), &command.origin, PasswordSignInRefusal::Blocked).await.map(Some)
            }
            (verdict, Some(stored)) => {
                let Some(tokens) = self.begin(&account, login, &stored, &command.origin).await? else {
                    return Ok(None);
                };
                if let (Verdict::MatchesOutdated, Some(password)) = (verdict, password) {
                    self.renew(&account, stored, password).await;
                }
                Ok(Some(tokens))
            }
        }
    }

    /// Counts every try before the password is checked, for known and unknown names alike.
    async fn count_try(&self, origin: &Origin, account: &str) -> Result<(), Halt<PasswordSignInRefusal>> {
        let whom = account_and_network(account, origin);
        let counted = self.passwords.count_try(origin, |tries| {
            let at_account = [tries.of_account_and_network.of(&whom), tries.of_account.of(account)];
            tries.of_network.of_network(origin.network).chain(at_account.into_iter().flatten()).collect::<Vec<_>>()
        });
        counted.await.refused_as(PasswordSignInRefusal::TooManyTries)
    }

    async fn begin(
        &self,
        account: &Account,
        login: &Identifier,
        stored: &PasswordHash,
        origin: &Origin,
    ) -> Result<Option<Tokens>, Halt<PasswordSignInRefusal>> {
        let arrival = Arrival {
            user: account.id,
            origin,
            scope: Scope::User,
            method: Method::new(login.kind().name()),
            payment: None,
            shown: Shown::Password(stored.clone()),
        };
        let tokens = match self.sessions.begin(arrival).await.decided()? {
            Ok(tokens) => tokens,
            Err(BeginRefusal::PasswordChanged | BeginRefusal::Inactive | BeginRefusal::ProofUnusable) => {
                return Ok(None);
            }
        };
        let whom = account_and_network(&account.id.to_string(), origin);
        self.passwords.forget_tries(|tries| tries.of_account_and_network.of(&whom)).await?;
        Ok(Some(tokens))
    }

    /// Replaces a hash that has old parameters. The user is already signed in, so after a failure here the next
    /// sign-in simply tries again.
    async fn renew(&self, account: &Account, old: PasswordHash, password: Password) {
        let renewed = match self.passwords.hash(password).await {
            Ok(new) => self.accounts.renew_password_hash(account.id, old, new).await,
            Err(failure) => Err(failure),
        };
        if let Err(error) = renewed {
            tracing::warn!(error = %ErrorChain(&error), "password.not_renewed");
        }
    }

    async fn fail(
        &self,
        account: Option<&Account>,
        origin: &Origin,
        reason: PasswordSignInRefusal,
    ) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
        self.recorder.sign_in_failed("password", account.map(|account| account.id), origin).await?;
        refuse(reason)
    }
}

/// Returns what tries are counted against: an account under all of its names, or a name that nobody has.
fn whom(login: Option<&Identifier>, account: Option<&Account>) -> String {
    match (account, login) {
        (Some(account), _) => account.id.to_string(),
        (None, Some(login)) => login.canonical().to_owned(),
        (None, None) => "nobody".to_owned(),
    }
}

fn account_and_network(account: &str, origin: &Origin) -> String {
    format!("{account}\0{}", origin.network)
}
