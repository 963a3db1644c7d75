//! What scenarios have in common that claim an address.

use crate::identifier::{IdentifierScheme, UsernameLength};
use crate::sign_up::{Claims, Plan, Refusal};

/// The plan of a scenario that claims an address and presents its proof. With a `provider_token` as well,
/// the third party's identity is bound to the new account.
pub(super) fn address_plan(
    scheme: &dyn IdentifierScheme,
    claims: &Claims<'_>,
    username_length: UsernameLength,
) -> Result<Plan, Refusal> {
    let kind = scheme.kind();
    let raw = claims.address(kind).ok_or_else(|| Refusal::NoScenario(address_requires(scheme)))?;
    let address = scheme.parse(raw)?;
    scheme.check_reachable(&address)?;
    if !claims.verification_token {
        return Err(Refusal::MissingVerificationToken(kind.name()));
    }
    Ok(Plan { binds_external_identity: claims.provider_token, ..Plan::of_address(address, username_length) })
}

/// Whether the claims look like such a scenario. A request with a custom field belongs to that field's scenario.
pub(super) fn address_recognises(scheme: &dyn IdentifierScheme, claims: &Claims<'_>) -> bool {
    claims.own.is_empty() && claims.address(scheme.kind()).is_some()
}

/// What such a scenario requires.
pub(super) fn address_requires(scheme: &dyn IdentifierScheme) -> String {
    format!("{} with verification_token", scheme.kind())
}

/// What a complete request of such a scenario claims.
pub(super) fn address_example(scheme: &dyn IdentifierScheme, address: &'static str) -> Claims<'static> {
    Claims { addresses: vec![(scheme.kind(), address)], verification_token: true, ..Claims::default() }
}
