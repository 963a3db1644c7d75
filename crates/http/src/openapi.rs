//! The OpenAPI document, made from the handlers.

use actix_web::HttpResponse;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::{error, health, v1, v2};

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
        v2::signin::publickey::public_key,
        v2::signin::username::username,
        health::healthz,
        health::readyz,
    ),
    components(schemas(error::ErrorBody, v1::token::ClientTokenAnswer)),
    modifiers(&SecuritySchemes, &CommonAnswers),
)]
struct Document;

/// How callers say who they are.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let client = "A confidential client: `client_id:client_secret`";
        let client = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(client)).build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("client", SecurityScheme::Http(client));
    }
}

/// What any call to the protocol's endpoints may be answered.
struct CommonAnswers;

const COMMON: [(&str, &str); 4] = [
    ("401", "`unauthorized_client`: the client is unknown, or its secret is wrong"),
    ("403", "`permission_denied`: pages of this origin may not call"),
    ("429", "`resource_exhausted`: too often; `Retry-After` says when"),
    ("503", "`unavailable`: too busy; `Retry-After` says when"),
];

impl Modify for CommonAnswers {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let error = || ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
        let protocol = openapi.paths.paths.iter_mut().filter(|(path, _)| path.starts_with("/auth/"));
        for operation in protocol.flat_map(|(_, item)| operations(item)) {
            for (status, description) in COMMON {
                let answer = ResponseBuilder::new().description(description).content("application/json", error());
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| answer.build().into());
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
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
