//! The document of the public listener.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::compose::{compose, text};
use super::parameters;
use crate::endpoints::{Endpoints, EndpointsError};
use crate::error::ErrorBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sign-up and account service",
        description = "Speaks the wire protocol of CloudBase auth v2. Every error has the three fields of `ErrorBody`.\n\n\
            To sign somebody up: ask for a code (`POST /auth/v1/verification`), exchange it for a verification token \
            (`POST /auth/v1/verification/verify`), and sign up with that token (`POST /auth/v1/signup`). The answer has an \
            access token for this service and for your backend, and a refresh token (`POST /auth/v1/token`).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "The listener that serves this document.")),
    tags(
        (name = "signing up", description = "Proving an address or an identity, and becoming a user with it."),
        (name = "captcha", description = "The bot gate: puzzles, and passes for those who solve them."),
        (name = "signing in", description = "Sessions of users who have an account, and of those who want none."),
        (name = "tokens", description = "Refreshing, checking and revoking what a sign-in gave."),
        (name = "account", description = "The caller's own account, and looking up others."),
        (name = "operation", description = "For load balancers."),
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

/// What any call to another endpoint than the probes may be answered.
const COMMON: [(&str, &str); 5] = [
    ("400", "`invalid_argument`: a header or the query cannot be read"),
    ("401", "`unauthorized_client`: the client is unknown, or its secret is wrong"),
    ("403", "`permission_denied`: pages of this origin may not call"),
    ("429", "`resource_exhausted`: too often; `Retry-After` says when"),
    ("503", "`unavailable`: too busy; `Retry-After` says when"),
];

/// The OpenAPI document of these endpoints on the public listener: JSON, indented, ending in a newline. The endpoints
/// need no state for it.
///
/// # Errors
/// [`EndpointsError`], when they cannot be served together.
pub fn public_document(endpoints: &[Endpoints]) -> Result<String, EndpointsError> {
    let mut document = compose(PublicDocument::openapi(), endpoints, &COMMON)?;
    parameters::add(&mut document);
    Ok(text(&document))
}
