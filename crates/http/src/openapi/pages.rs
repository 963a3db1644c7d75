//! The page that shows the document, with what it is made of.

use std::borrow::Cow;

use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpResponse, Resource, guard};
use utoipa_swagger_ui::{Config, serve};

use crate::connection::Shared;
use crate::endpoints::PAGES;
use crate::error::{ApiError, ErrorName};

/// Serves the page of the document at this path and its parts, which are in the program: all answers share them.
pub(crate) fn pages(document: &'static str) -> Resource {
    let config = Data::new(Config::from(document));
    web::resource(format!("{PAGES}/{{_:.*}}")).guard(guard::Get()).app_data(config).to(page)
}

async fn page(path: web::Path<String>, config: Data<Config<'static>>) -> Result<HttpResponse, ApiError> {
    let failed = |error: Box<dyn std::error::Error>| {
        ApiError::new(ErrorName::Internal, "the service failed").caused_by(error.to_string().into())
    };
    let Some(file) = serve(&path, config.into_inner()).map_err(failed)? else {
        return Ok(HttpResponse::NotFound().finish());
    };
    let mut answer = HttpResponse::Ok();
    answer.content_type(file.content_type);
    if file.gzpipped {
        answer.insert_header((CONTENT_ENCODING, "gzip"));
    }
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    answer.extensions_mut().insert(Shared);
    Ok(answer.body(bytes))
}
