//! A way to sign up.

use super::{Claims, Plan, Refusal};

/// A request field of a scenario's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnField {
    /// Its name in the request's body.
    pub name: &'static str,
    /// What it is, for the OpenAPI document.
    pub description: &'static str,
}

/// A way to sign up. Pure: the use case carries the plan out.
pub trait Scenario: Send + Sync {
    /// Its name, for events and for the `scenarios` of clients.
    fn name(&self) -> &'static str;

    /// What a request must show, as the end of the sentence "one of these is required: …".
    fn requires(&self) -> String;

    /// The request fields that no other scenario reads. They arrive in [`Claims::own`].
    fn own_fields(&self) -> &[OwnField] {
        &[]
    }

    /// What a complete request of this scenario shows. At the start it is tried on all registered scenarios, of
    /// which exactly this one must recognise it.
    fn example(&self) -> Claims<'static>;

    /// Whether the claims look like this scenario. Of all registered ones exactly one must say yes.
    fn recognises(&self, claims: &Claims<'_>) -> bool;

    /// What must be proven.
    ///
    /// # Errors
    /// A [`Refusal`] when the claims are incomplete or malformed.
    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal>;
}
