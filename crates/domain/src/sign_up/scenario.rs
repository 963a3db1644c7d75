//! A way to sign up.

use super::{Claims, Plan, Refusal};

/// A custom request field of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnField {
    /// The field's name in the request's body.
    pub name: &'static str,
    /// What the field is, for the OpenAPI document.
    pub description: &'static str,
}

/// A way to sign up. Its methods are pure: the use case carries out the plan.
pub trait Scenario: Send + Sync {
    /// The scenario's name, for events and for the `scenarios` of clients.
    fn name(&self) -> &'static str;

    /// What a request must present, as the end of the sentence "one of these is required: …".
    fn requires(&self) -> String;

    /// The request fields that only this scenario reads. They arrive in [`Claims::own`].
    fn own_fields(&self) -> &[OwnField] {
        &[]
    }

    /// What a complete request of this scenario claims. At startup it is tried on all registered scenarios, of
    /// which only this one may recognise it.
    fn example(&self) -> Claims<'static>;

    /// Whether the claims look like this scenario. Exactly one registered scenario must recognise a request.
    fn recognises(&self, claims: &Claims<'_>) -> bool;

    /// Decides what must be proven.
    ///
    /// # Errors
    /// A [`Refusal`] when the claims are incomplete or malformed.
    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal>;
}
