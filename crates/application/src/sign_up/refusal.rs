//! Refusals of sign-ups.

use auth_domain::credentials::PasswordError;
use auth_domain::identifier::{IdentifierError, IdentifierKind};
use auth_domain::sign_up::Refusal;
use auth_domain::vouchers::VoucherKind;
use thiserror::Error;

use crate::kit::{OverBudget, ProofProblem, RefusedByRule};

/// Why nobody was signed up. Nothing was stored, and neither a proof nor a voucher was spent.
#[derive(Debug, Error)]
pub enum SignUpRefusal {
    /// The request matches no scenario, or it is incomplete.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The username, or a name of another kind, is malformed.
    #[error(transparent)]
    Username(#[from] IdentifierError),
    /// The password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The verification token does not pay for this request.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// The provider token does not pay for this request.
    #[error("provider_token {problem}")]
    ProviderToken {
        /// The reason.
        problem: ProofProblem,
        /// Whether it was sent along with an address. Clients are known to send other things in this field then.
        beside_address: bool,
    },
    /// The voucher in this field does not pay for this request. The client is not told whether it was ever good.
    #[error("{0} is unknown or was used already")]
    VoucherUnusable(VoucherKind),
    /// The user of `anonymous_token` is not anonymous, or no longer so.
    #[error("anonymous_token is not of an anonymous user")]
    NotAnonymous,
    /// The operator does not let this client's users sign up this way.
    #[error("signing up by {0} is not open to this client")]
    ScenarioClosed(&'static str),
    /// Another user already has this address or name.
    #[error("{0} is already registered")]
    Taken(IdentifierKind),
    /// Another user already has this third-party identity.
    #[error("the third party's account is bound to a user already")]
    ExternalIdentityTaken,
    /// A rule of the operator's refuses.
    #[error(transparent)]
    Rule(#[from] RefusedByRule),
    /// The network had too many passwords hashed.
    #[error("too many costly requests: try again later")]
    TooOften(OverBudget),
}
