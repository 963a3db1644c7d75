//! Which path of the admin listener leads where.

use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, Handler, Responder};

use super::users::{block, create, delete, export, import, list, password, read, sessions};
use super::{AdminUseCases, events};
use crate::routes::Endpoint;

/// One method of a path.
struct Route {
    method: Method,
    path: &'static str,
    add_to: Box<dyn FnOnce(Endpoint, Method) -> Endpoint>,
}

fn route<F, Args>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    Route { path, method, add_to: Box::new(|endpoint, method| endpoint.on(method, handler)) }
}

/// Every endpoint, once. Fixed paths come before those with an id in the same place.
fn routes() -> Vec<Route> {
    vec![
        route(Method::POST, "/admin/v1/users/import", import::import),
        route(Method::GET, "/admin/v1/users", list::list),
        route(Method::POST, "/admin/v1/users", create::create),
        route(Method::GET, "/admin/v1/users/{id}", read::read),
        route(Method::DELETE, "/admin/v1/users/{id}", delete::delete),
        route(Method::POST, "/admin/v1/users/{id}/block", block::block),
        route(Method::POST, "/admin/v1/users/{id}/unblock", block::unblock),
        route(Method::POST, "/admin/v1/users/{id}/password", password::set),
        route(Method::GET, "/admin/v1/users/{id}/sessions", sessions::list),
        route(Method::DELETE, "/admin/v1/users/{id}/sessions", sessions::end),
        route(Method::GET, "/admin/v1/users/{id}/export", export::export),
        route(Method::GET, "/admin/v1/events", events::list),
    ]
}

/// Registers them.
pub(crate) fn configure(config: &mut ServiceConfig, use_cases: &AdminUseCases) {
    use_cases.register(config);
    let mut routes = routes();
    while let Some(path) = routes.first().map(|route| route.path) {
        let here = routes.extract_if(.., |route| route.path == path);
        let endpoint = here.fold(Endpoint::at(path), |endpoint, route| (route.add_to)(endpoint, route.method));
        config.service(endpoint.resource());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_has_these_endpoints_and_no_others() {
        let document: serde_json::Value = serde_json::from_str(&crate::admin::document()).expect("is JSON");
        let paths = document["paths"].as_object().expect("has paths");
        let documented: BTreeSet<String> = paths
            .iter()
            .filter(|(path, _)| path.starts_with("/admin/"))
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().expect("has methods").keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let ours = routes().into_iter().map(|route| format!("{} {}", route.method, route.path));
        assert_eq!(ours.collect::<BTreeSet<_>>(), documented);
    }
}
