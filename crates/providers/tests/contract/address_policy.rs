//! Which addresses may be called.

use auth_outbound::Reach;
use auth_ports::{IdentityProvider, LocateError};
use auth_providers::OidcProvider;

use super::support::{PATIENT, chain, clock, http, locate_request, settings};

/// The name looks public, but what it resolves to is not.
#[tokio::test]
async fn a_name_that_resolves_to_a_private_address_is_not_called() {
    let settings = settings("https://localhost:1".to_owned());
    let provider = OidcProvider::new(settings, http(Reach::PublicOnly, PATIENT), clock()).unwrap();
    let LocateError::Faulty(cause) = provider.locate(&locate_request()).await.unwrap_err();
    assert!(chain(cause.as_ref()).contains("not on the public internet"), "{}", chain(cause.as_ref()));
}
