//! The page that shows the document of a listener, and the files of all pages.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, guard};

use super::files::file;
use crate::error::ApiError;

/// The place of the documentation's page, and of the files of all pages.
pub(crate) const DOCS: &str = "/docs";

/// Serves the page and the files.
pub(crate) fn docs(config: &mut ServiceConfig) {
    config
        .service(web::redirect(DOCS, format!("{DOCS}/")))
        .service(web::resource(format!("{DOCS}/{{_:.*}}")).guard(guard::Get()).to(serve));
}

async fn serve(name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let name = if name.is_empty() { "docs.html" } else { name.as_str() };
    file(name)
}
