//! Looking at the proofs that a request shows.

use auth_domain::Timestamp;
use auth_domain::clients::ClientId;
use auth_domain::proofs::{Proof, Standing};
use auth_domain::users::UserId;
use thiserror::Error;

/// Why a proof does not pay for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofProblem {
    /// Nobody was ever given this token.
    #[error("is unknown")]
    Unknown,
    /// Its life is over.
    #[error("has expired")]
    Expired,
    /// It has paid for something.
    #[error("was used already")]
    Spent,
    /// It was given to another client.
    #[error("was issued to another client")]
    OtherClient,
    /// It proves something else.
    #[error("does not match the request")]
    OtherSubject,
}

/// What a request is compared with.
pub(crate) struct Presented<'a> {
    pub(crate) client: &'a ClientId,
    pub(crate) fingerprint: &'a [u8; 32],
    pub(crate) now: Timestamp,
}

/// What a set of proofs is good for.
pub(crate) enum Worth {
    /// They pay.
    Good,
    /// They have paid for this very request.
    Repeated(UserId),
}

impl Presented<'_> {
    /// Judges one proof.
    pub(crate) fn judge(&self, proof: Option<&Proof>) -> Result<Worth, ProofProblem> {
        let proof = proof.ok_or(ProofProblem::Unknown)?;
        match proof.standing(self.client, self.fingerprint, self.now) {
            Standing::Good => Ok(Worth::Good),
            Standing::Repeated(user) => Ok(Worth::Repeated(user)),
            Standing::Spent => Err(ProofProblem::Spent),
            Standing::Expired => Err(ProofProblem::Expired),
            Standing::OtherClient => Err(ProofProblem::OtherClient),
        }
    }
}
