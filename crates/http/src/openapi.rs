//! The OpenAPI document, made from the handlers.

use actix_web::HttpResponse;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::{account, error, provider, session, sign_in, sign_up, upkeep, verification};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sign-up and account service",
        description = "Speaks the wire protocol of CloudBase auth v2. Every error has the three fields of `ErrorBody`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        verification::send_code::send,
        verification::verify_code::verify,
        provider::locate::uri,
        provider::exchange::token,
        sign_up::endpoint::sign_up,
        session::token::token,
        session::introspect_own::introspect,
        session::introspect::introspect,
        session::revoke::revoke,
        sign_in::with_password_or_code::sign_in,
        sign_in::with_provider::with_provider,
        sign_in::anonymously::anonymously,
        account::reset_password::reset,
        account::check_user::check_if_user_exist,
        account::check_user::check_username,
        account::me::me,
        account::me::delete,
        account::basic_edit::basic_edit,
        account::profile::profile,
        account::prove_presence::sudo,
        account::set_password::password,
        account::change_contact::contact,
        account::query_users::query,
        session::of_user::list,
        session::of_user::end,
        session::of_user::sign_out,
        session::of_user::revoke_all,
        session::of_user::end_on_device,
        account::providers::list,
        account::providers::bind,
        account::providers::unbind,
        upkeep::certs::certs,
        sign_in::public_key::public_key,
        sign_in::encrypted::username,
        upkeep::health::healthz,
        upkeep::health::readyz,
    ),
    components(schemas(error::ErrorBody, session::token::ClientTokenAnswer)),
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
