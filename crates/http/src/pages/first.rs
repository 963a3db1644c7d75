//! `GET /`: in profile `local` a page for people, elsewhere one JSON object.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, guard};
use serde::Serialize;

use super::console::ROOT;
use super::files::file;
use crate::error::ApiError;

/// What a program finds at `/`: where everything else is.
#[derive(Serialize)]
struct Root {
    service: &'static str,
    documentation: &'static str,
    openapi: &'static str,
    ready: &'static str,
    keys: &'static str,
}

const OBJECT: Root = Root {
    service: "auth-server",
    documentation: "/docs/",
    openapi: crate::openapi::PATH,
    ready: "/readyz",
    keys: "/auth/v1/certs",
};

/// Serves the root of the public listener.
pub(crate) fn root(config: &mut ServiceConfig, is_page: bool) {
    let resource = web::resource(ROOT).guard(guard::Get());
    config.service(if is_page { resource.to(page) } else { resource.to(object) });
}

async fn page() -> Result<HttpResponse, ApiError> {
    file("first.html")
}

async fn object() -> HttpResponse {
    HttpResponse::Ok().json(OBJECT)
}
