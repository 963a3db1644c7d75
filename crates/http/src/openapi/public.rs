//! The document of the public listener.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::compose::{compose, operations, text};
use crate::endpoints::{Endpoints, EndpointsError};
use crate::error::ErrorBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sign-up and account service",
        description = "Speaks the wire protocol of CloudBase auth v2. Every error has the three fields of `ErrorBody`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(ErrorBody)),
    modifiers(&Credentials),
)]
struct PublicDocument;

/// How callers say who they are.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let client = "A confidential client: `client_id:client_secret`";
        let client = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(client)).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("client", SecurityScheme::Http(client));
    }
}

/// The paths for load balancers, which are no clients of the protocol.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// What any call to the other endpoints may be answered.
const COMMON: [(&str, &str); 4] = [
    ("401", "`unauthorized_client`: the client is unknown, or its secret is wrong"),
    ("403", "`permission_denied`: pages of this origin may not call"),
    ("429", "`resource_exhausted`: too often; `Retry-After` says when"),
    ("503", "`unavailable`: too busy; `Retry-After` says when"),
];

fn add_common_responses(document: &mut utoipa::openapi::OpenApi) {
    let error = || ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    let protocol = document.paths.paths.iter_mut().filter(|(path, _)| !PROBES.contains(&path.as_str()));
    for operation in protocol.flat_map(|(_, item)| operations(item)) {
        for (status, description) in COMMON {
            let response = ResponseBuilder::new().description(description).content("application/json", error());
            let responses = &mut operation.responses.responses;
            responses.entry(status.to_owned()).or_insert_with(|| response.build().into());
        }
    }
}

/// The OpenAPI document of these endpoints on the public listener: JSON, indented, ending in a newline. The endpoints
/// need no state for it.
///
/// # Errors
/// [`EndpointsError`], when they cannot be served together.
pub fn public_document(endpoints: &[Endpoints]) -> Result<String, EndpointsError> {
    let mut document = compose(PublicDocument::openapi(), endpoints)?;
    add_common_responses(&mut document);
    Ok(text(&document))
}
