//! The document of the admin listener. It is a document of its own: who uses the public listener need not know that
//! there is another.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::compose::{compose, text};
use crate::endpoints::{Endpoints, EndpointsError};
use crate::error::ErrorBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sign-up and account service: admin backend",
        description = "For operators and their backends. Every error has the three fields of `ErrorBody`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "The listener that serves this document.")),
    tags(
        (name = "users", description = "Finding, creating, changing and deleting users."),
        (name = "audit", description = "What happened."),
        (name = "events", description = "Who is told of events, and what did not arrive."),
        (name = "operation", description = "For load balancers and monitoring."),
    ),
    components(schemas(ErrorBody)),
    modifiers(&AdminKey),
)]
struct AdminDocument;

/// How operators say who they are.
struct AdminKey;

impl Modify for AdminKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let about = "`auth-server admin-keys create` prints one: `ak_` and 43 characters.";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        document.components.get_or_insert_default().add_security_scheme("admin_key", SecurityScheme::Http(scheme));
    }
}

/// What any call to another endpoint than the probes may be answered.
const COMMON: [(&str, &str); 1] = [("503", "`unavailable`: too busy; `Retry-After` says when")];

/// The OpenAPI document of these endpoints on the admin listener: JSON, indented, ending in a newline. The endpoints
/// need no state for it.
///
/// # Errors
/// [`EndpointsError`], when they cannot be served together.
pub fn admin_document(endpoints: &[Endpoints]) -> Result<String, EndpointsError> {
    Ok(text(&compose(AdminDocument::openapi(), endpoints, &COMMON)?))
}
