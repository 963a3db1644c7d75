//! Checking the present password of a signed-in user. The number of tries is limited, because somebody with a stolen
//! access token must not be able to guess the password.

use auth_domain::origin::Origin;
use auth_ports::{Halt, Halted as _, Verdict, refuse};
use secrecy::SecretString;
use thiserror::Error;

use crate::kit::{Caller, OverBudget, Passwords, Recorder};

/// Why the password was not accepted.
#[derive(Debug, Error)]
pub enum PresentPasswordRefusal {
    /// The password is wrong.
    #[error("the password is wrong")]
    Wrong,
    /// The account has no password.
    #[error("the account has no password: use a verification token")]
    NotSet,
    /// There were too many tries.
    #[error("too many tries: try again later, or use a verification token")]
    TooManyTries(OverBudget),
}

/// Checks present passwords. It is cheap to clone; all use cases that ask for the present password share one limit.
#[derive(Clone)]
pub struct PresentPassword {
    passwords: Passwords,
    recorder: Recorder,
}

impl PresentPassword {
    /// Builds the check from its parts.
    #[must_use]
    pub fn new(passwords: Passwords, recorder: Recorder) -> Self {
        Self { passwords, recorder }
    }

    /// Counts the work and the try, then compares. The right password clears the wrong tries before it.
    pub(super) async fn check(
        &self,
        caller: &Caller,
        raw: &SecretString,
        origin: &Origin,
    ) -> Result<(), Halt<PresentPasswordRefusal>> {
        let hash = caller.account.password.clone().ok_or(Halt::Refused(PresentPasswordRefusal::NotSet))?;
        let counted = self.passwords.tries.count_present(&caller.account, origin).await;
        let (counted, allowed) = counted.refused_as(PresentPasswordRefusal::TooManyTries)?;
        match self.passwords.verify(raw, Some(hash), allowed).await? {
            (Verdict::Matches | Verdict::MatchesOutdated, _) => Ok(self.passwords.tries.was_right(&counted).await?),
            // The account has no password, so there was nothing to guess, and the try is not recorded.
            (Verdict::Differs, None) => refuse(PresentPasswordRefusal::Wrong),
            (Verdict::Differs, Some(_)) => {
                self.passwords.tries.was_wrong(&counted).await?;
                self.recorder.sign_in_failed("present_password", Some(caller.account.id), origin).await?;
                refuse(PresentPasswordRefusal::Wrong)
            }
        }
    }
}
