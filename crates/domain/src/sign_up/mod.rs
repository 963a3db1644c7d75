//! Signing up: what a request claims, what must be proven, and what is stored when it is.
//!
//! To add a way to sign up, implement [`Scenario`] in a file of its own under `scenarios/` (or in a
//! crate that depends on this one) and register it in the wiring.

mod claims;
mod new_account;
pub mod scenarios;

use std::sync::Arc;

use thiserror::Error;

pub use claims::Claims;
pub use new_account::NewAccount;

use crate::identifier::{Identifier, IdentifierError, UsernameLength};

/// What a scenario demands before an account is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The address whose control must be proven.
    pub address: Option<Identifier>,
    /// Whether an identity at a third party must be proven, and is bound.
    pub binds_external_identity: bool,
    /// How long a username may be.
    pub username_length: UsernameLength,
}

/// Why a request is not a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No scenario recognises it.
    #[error(
        "one of these is required: phone_number with verification_token, email with verification_token, or provider_token"
    )]
    NoScenario,
    /// A name and a password prove nothing; operators make such users.
    #[error(
        "a username alone cannot sign up: users without phone, email or third party are made in the admin backend (POST /admin/v1/users)"
    )]
    NameAlone,
    /// Two scenarios claim it.
    #[error("phone_number and email cannot be used together: sign up with one and add the other later")]
    Ambiguous,
    /// An address without its proof.
    #[error("verification_token is required with {0}")]
    MissingVerificationToken(&'static str),
    /// A malformed address.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
}

/// A way to sign up. Pure: the use case carries the plan out.
pub trait Scenario: Send + Sync {
    /// Its name, for events and settings.
    fn name(&self) -> &'static str;

    /// Whether the claims look like this scenario. Of all registered ones exactly one must say yes.
    fn recognises(&self, claims: &Claims<'_>) -> bool;

    /// What must be proven.
    ///
    /// # Errors
    /// A [`Refusal`] when the claims are incomplete or malformed.
    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal>;
}

/// The registered scenarios.
#[derive(Clone)]
pub struct Scenarios(Arc<[Arc<dyn Scenario>]>);

impl Scenarios {
    /// Registers the scenarios.
    #[must_use]
    pub fn new(scenarios: Vec<Arc<dyn Scenario>>) -> Self {
        Self(scenarios.into())
    }

    /// Finds the one scenario that recognises the claims.
    ///
    /// # Errors
    /// A [`Refusal`] when none or several do.
    pub fn choose(&self, claims: &Claims<'_>) -> Result<&dyn Scenario, Refusal> {
        let mut matching = self.0.iter().filter(|scenario| scenario.recognises(claims));
        match (matching.next(), matching.next()) {
            (Some(scenario), None) => Ok(scenario.as_ref()),
            (Some(_), Some(_)) => Err(Refusal::Ambiguous),
            (None, _) if claims.username.is_some() => Err(Refusal::NameAlone),
            (None, _) => Err(Refusal::NoScenario),
        }
    }
}
