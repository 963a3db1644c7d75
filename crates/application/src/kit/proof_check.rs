//! Looking at the proofs that a request shows.

use auth_domain::accounts::UserId;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::Identifier;
use auth_domain::proofs::{Proof, ProofHash, ProofSubject, ProofToken};
use secrecy::{ExposeSecret as _, SecretString};
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

/// What a proof is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// It pays.
    Good,
    /// It has paid for this very request.
    Repeated(UserId),
}

/// A proof that pays, or has paid for this very request.
pub(crate) struct Accepted {
    pub(crate) proof: Proof,
    pub(crate) worth: Worth,
}

/// The hash of a token as a client wrote it.
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

    /// That it proves control of this address.
    pub(crate) fn proves(&self, address: &Identifier) -> Result<(), ProofProblem> {
        if self.address()? == address { Ok(()) } else { Err(ProofProblem::OtherSubject) }
    }

    /// The identity at a third party that it proves.
    pub(crate) fn external_profile(&self) -> Result<&ExternalProfile, ProofProblem> {
        match &self.proof.subject {
            ProofSubject::External(profile) => Ok(profile),
            _ => Err(ProofProblem::OtherSubject),
        }
    }

    /// That it proves presence of this user.
    pub(crate) fn proves_presence(&self, of: UserId) -> Result<(), ProofProblem> {
        match self.proof.subject {
            ProofSubject::Presence { user, .. } if user == of => Ok(()),
            _ => Err(ProofProblem::OtherSubject),
        }
    }
}
