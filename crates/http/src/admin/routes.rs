//! Which path of the admin listener leads where.

use actix_web::web::ServiceConfig;

use super::users::{block, create, delete, export, import, list, password, read, sessions};
use super::{AdminUseCases, events};
use crate::endpoint::{Route, register};

/// Every endpoint, once.
fn endpoints() -> Vec<Route> {
    vec![
        Route::post("/admin/v1/users/import", import::import),
        Route::get("/admin/v1/users", list::list),
        Route::post("/admin/v1/users", create::create),
        Route::get("/admin/v1/users/{id}", read::read),
        Route::delete("/admin/v1/users/{id}", delete::delete),
        Route::post("/admin/v1/users/{id}/block", block::block),
        Route::post("/admin/v1/users/{id}/unblock", block::unblock),
        Route::post("/admin/v1/users/{id}/password", password::set),
        Route::get("/admin/v1/users/{id}/sessions", sessions::list),
        Route::delete("/admin/v1/users/{id}/sessions", sessions::end),
        Route::get("/admin/v1/users/{id}/export", export::export),
        Route::get("/admin/v1/events", events::list),
    ]
}

/// Registers them.
pub(crate) fn configure(config: &mut ServiceConfig, use_cases: &AdminUseCases) {
    use_cases.register(config);
    register(config, endpoints());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{documented, names};

    #[test]
    fn the_document_has_these_endpoints_and_no_others() {
        let mut documented = documented(&crate::admin::document());
        documented.retain(|route| route.contains(" /admin/"));
        assert_eq!(names(endpoints()), documented, "left: served, right: documented");
    }
}
