//! The OpenAPI document of the admin listener, made from the handlers. It is a document of its own:
//! who uses the public listener need not know that there is another.

use actix_web::HttpResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{events, users};
use crate::{error, upkeep};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sign-up and account service: admin backend",
        description = "For operators and their backends. Every error has the three fields of `ErrorBody`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        users::create::create,
        users::list::list,
        users::import::import,
        users::read::read,
        users::delete::delete,
        users::block::block,
        users::block::unblock,
        users::password::set,
        users::sessions::list,
        users::sessions::end,
        users::export::export,
        events::list,
        upkeep::health::healthz,
        upkeep::health::readyz,
    ),
    components(schemas(error::ErrorBody)),
    modifiers(&AdminKeyScheme),
)]
struct Document;

struct AdminKeyScheme;

impl Modify for AdminKeyScheme {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let about = "`auth-server admin-keys create` prints one: `ak_` and 43 characters.";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        openapi.components.get_or_insert_default().add_security_scheme("admin key", SecurityScheme::Http(scheme));
    }
}

/// The document as JSON, indented, ending in a newline.
///
/// # Panics
/// Never: the document is made of strings.
#[must_use]
pub fn document() -> String {
    let mut text = Document::openapi().to_pretty_json().expect("the document is made of strings");
    text.push('\n');
    text
}

pub(crate) async fn serve() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document())
}
