//! The console of operators, on the admin listener. It has no key: whoever opens it pastes one, which stays in the memory
//! of the page.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, guard};

use super::files::file;
use crate::error::ApiError;

/// The root of a listener: the public one has the first page there, and on the admin listener it leads to the console.
pub(crate) const ROOT: &str = "/";
/// The place of the console.
pub(crate) const CONSOLE: &str = "/console";

/// Serves the console, to which the root of the listener leads.
pub(crate) fn console(config: &mut ServiceConfig) {
    let place = format!("{CONSOLE}/");
    config
        .service(web::redirect(ROOT, place.clone()))
        .service(web::redirect(CONSOLE, place.clone()))
        .service(web::resource(place).guard(guard::Get()).to(serve));
}

async fn serve() -> Result<HttpResponse, ApiError> {
    file("console.html")
}
