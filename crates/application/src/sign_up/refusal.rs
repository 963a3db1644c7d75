//! Refused sign-ups.

use auth_domain::credentials::PasswordError;
use auth_domain::identifier::{IdentifierError, IdentifierKind};
use auth_domain::profile::ProfileError;
use auth_domain::sign_up::Refusal;
use auth_domain::vouchers::VoucherKind;
use thiserror::Error;

use crate::kit::{ProofProblem, RefusedByRule};

/// Why nobody was signed up. Nothing was stored, and neither a proof nor a voucher was spent.
#[derive(Debug, Error)]
pub enum SignUpRefusal {
    /// Not one of the scenarios, or an incomplete one.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The username is malformed.
    #[error(transparent)]
    Username(#[from] IdentifierError),
    /// A part of the profile is malformed.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The verification token does not pay.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// The provider token does not pay.
    #[error("provider_token {problem}")]
    ProviderToken {
        /// Why.
        problem: ProofProblem,
        /// Whether it came beside an address, where clients are known to send other things in it.
        beside_address: bool,
    },
    /// The voucher that this field carries does not pay. Whether it was ever good is not told.
    #[error("{0} is unknown or was used already")]
    VoucherUnusable(VoucherKind),
    /// The user of `anonymous_token` is not anonymous, or not any more.
    #[error("anonymous_token is not of an anonymous user")]
    NotAnonymous,
    /// The operator does not let this client's users sign up this way.
    #[error("signing up by {0} is not open to this client")]
    ScenarioClosed(&'static str),
    /// Somebody has this address or name.
    #[error("{0} is already registered")]
    Taken(IdentifierKind),
    /// Somebody has this third party's identity.
    #[error("the third party's account is bound to a user already")]
    ExternalIdentityTaken,
    /// A rule of the operator's is against it.
    #[error(transparent)]
    Rule(#[from] RefusedByRule),
}
