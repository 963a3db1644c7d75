//! The OpenAPI document, made from the handlers.

use actix_web::HttpResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::{error, health, v1};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sign-up and account service",
        description = "Speaks the wire protocol of CloudBase auth v2. Every error has the three fields of `ErrorBody`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        v1::verification::send::send,
        v1::verification::verify::verify,
        v1::provider::uri::uri,
        v1::provider::token::token,
        v1::signup::sign_up,
        v1::token::token,
        v1::token::introspect::introspect,
        v1::introspect::introspect,
        v1::revoke::revoke,
        v1::signin::sign_in,
        v1::signin::with_provider::with_provider,
        v1::signin::anonymously::anonymously,
        v1::reset::reset,
        v1::check_user::check_if_user_exist,
        v1::check_user::check_username,
        v1::user::me::me,
        v1::user::me::delete,
        v1::user::basic_edit::basic_edit,
        v1::user::profile::profile,
        v1::user::sudo::sudo,
        v1::user::password::password,
        v1::user::contact::contact,
        v1::user::query::query,
        v1::user::sessions::list,
        v1::user::sessions::end,
        v1::user::sessions::sign_out,
        v1::user::sessions::revoke_all,
        v1::user::sessions::end_on_device,
        v1::user::provider::list,
        v1::user::provider::bind,
        v1::user::provider::unbind,
        v1::certs::certs,
        health::healthz,
        health::readyz,
    ),
    components(schemas(error::ErrorBody, v1::token::ClientTokenAnswer)),
    modifiers(&Schemes),
)]
struct Document;

/// How callers say who they are.
struct Schemes;

impl Modify for Schemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let client = "A confidential client: `client_id:client_secret`";
        let client = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(client)).build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("client", SecurityScheme::Http(client));
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
