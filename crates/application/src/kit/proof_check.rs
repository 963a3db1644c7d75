//! Checking the proofs that a request presents.

use auth_domain::Timestamp;
use auth_domain::accounts::{Account, UserId};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::Identifier;
use auth_domain::proofs::{Proof, ProofHash, ProofSubject, ProofToken};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// Why a proof does not pay for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofProblem {
    /// This token was never issued.
    #[error("is unknown")]
    Unknown,
    /// The proof has expired.
    #[error("has expired")]
    Expired,
    /// The proof has already paid for something.
    #[error("was already used")]
    Spent,
    /// The proof was issued to another client.
    #[error("was issued to another client")]
    OtherClient,
    /// The proof proves something else.
    #[error("does not match the request")]
    OtherSubject,
    /// The proof was asked for before the account had the address.
    #[error("is older than the account's address: ask for a new code")]
    BeforeTheAccount,
}

/// What a proof is worth for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// The proof pays for the request.
    Good,
    /// The proof has already paid for this same request.
    Repeated(UserId),
}

/// A proof that pays for this request, or has already paid for it.
pub(crate) struct Accepted {
    pub(crate) proof: Proof,
    pub(crate) worth: Worth,
    /// When it was looked at.
    pub(crate) looked_at: Timestamp,
}

/// Hashes a token as the client wrote it.
pub(crate) fn hash_of(token: &SecretString) -> Result<ProofHash, ProofProblem> {
    ProofToken::parse(token.expose_secret()).map(|token| token.hash()).ok_or(ProofProblem::Unknown)
}

impl Accepted {
    /// The address that it proves control of.
    pub(crate) fn address(&self) -> Result<&Identifier, ProofProblem> {
        match &self.proof.subject {
            ProofSubject::Address(address) => Ok(address),
            _ => Err(ProofProblem::OtherSubject),
        }
    }

    /// Checks that it proves control of this address.
    pub(crate) fn proves(&self, address: &Identifier) -> Result<(), ProofProblem> {
        if self.address()? == address { Ok(()) } else { Err(ProofProblem::OtherSubject) }
    }

    /// Checks that it was asked for when this account had the address that it proves, if the account has it. Whoever asked
    /// before may have been a stranger, whose guesses at the code nobody counted. What it has paid for is done.
    pub(crate) fn opens(&self, account: &Account) -> Result<(), ProofProblem> {
        let is_older = self.worth == Worth::Good && self.proof.is_older_than_address_of(account, self.looked_at);
        if is_older { Err(ProofProblem::BeforeTheAccount) } else { Ok(()) }
    }

    /// The third-party identity that it proves.
    pub(crate) fn external_profile(&self) -> Result<&ExternalProfile, ProofProblem> {
        match &self.proof.subject {
            ProofSubject::External(profile) => Ok(profile),
            _ => Err(ProofProblem::OtherSubject),
        }
    }

    /// Checks that it proves the presence of this user.
    pub(crate) fn proves_presence(&self, of: UserId) -> Result<(), ProofProblem> {
        match self.proof.subject {
            ProofSubject::Presence { user, .. } if user == of => Ok(()),
            _ => Err(ProofProblem::OtherSubject),
        }
    }
}
