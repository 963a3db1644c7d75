//! The OpenAPI documents, made of the endpoints that are served.

mod admin;
mod complete;
mod compose;
mod errors;
mod parameters;
mod public;
mod rules;

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};

pub use self::admin::admin_document;
pub use self::public::public_document;
use crate::connection::Shared;
use crate::endpoints::{Endpoint, Endpoints};

/// Where a listener serves its document.
pub(crate) const PATH: &str = "/openapi.json";

/// A document, as it is served. All answers share it.
struct Served(Bytes);

/// The endpoint that serves a document.
pub(crate) fn serving(document: String) -> Endpoints {
    let endpoint = Endpoint::undocumented(Method::GET, PATH, "the document itself", serve);
    Endpoints::new("the OpenAPI document").with(endpoint).state(Arc::new(Served(document.into())))
}

async fn serve(document: Data<Served>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.extensions_mut().insert(Shared);
    answer.content_type("application/json").body(document.0.clone())
}
