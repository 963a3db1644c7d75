//! A path with its methods. Tables of routes are written down once, and compared with the document.

#[cfg(test)]
use std::collections::BTreeSet;

use actix_web::http::header::ALLOW;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder};

use crate::error::{ApiError, ErrorName};

/// One method of a path.
pub(crate) struct Route {
    method: Method,
    path: &'static str,
    add_to: Box<dyn FnOnce(Resource, Method) -> Resource>,
}

impl Route {
    pub(crate) fn get<A: FromRequest + 'static>(path: &'static str, handler: impl Endpoint<A>) -> Self {
        Self::new(Method::GET, path, handler)
    }

    pub(crate) fn post<A: FromRequest + 'static>(path: &'static str, handler: impl Endpoint<A>) -> Self {
        Self::new(Method::POST, path, handler)
    }

    pub(crate) fn patch<A: FromRequest + 'static>(path: &'static str, handler: impl Endpoint<A>) -> Self {
        Self::new(Method::PATCH, path, handler)
    }

    pub(crate) fn delete<A: FromRequest + 'static>(path: &'static str, handler: impl Endpoint<A>) -> Self {
        Self::new(Method::DELETE, path, handler)
    }

    fn new<A: FromRequest + 'static>(method: Method, path: &'static str, handler: impl Endpoint<A>) -> Self {
        Self { method, path, add_to: Box::new(|resource, method| resource.route(web::method(method).to(handler))) }
    }
}

/// A handler of requests.
pub(crate) trait Endpoint<A>: Handler<A, Output: Responder + 'static> {}

impl<A, H: Handler<A, Output: Responder + 'static>> Endpoint<A> for H {}

/// Serves all routes. Fixed paths come before those with an id in the same place.
pub(crate) fn register(config: &mut ServiceConfig, mut routes: Vec<Route>) {
    while let Some(path) = routes.first().map(|route| route.path) {
        let here: Vec<_> = routes.extract_if(.., |route| route.path == path).collect();
        let allowed = here.iter().map(|route| route.method.as_str()).collect::<Vec<_>>().join(", ");
        let resource =
            here.into_iter().fold(web::resource(path), |resource, route| (route.add_to)(resource, route.method));
        config.service(resource.default_service(web::to(move || std::future::ready(wrong_method(&allowed)))));
    }
}

/// An error in the contract's shape (RFC 9110, 15.5.6).
fn wrong_method(allowed: &str) -> HttpResponse {
    let error = ApiError::new(ErrorName::Unimplemented, format!("this path takes {allowed} only"))
        .with_status(StatusCode::METHOD_NOT_ALLOWED);
    let mut response = HttpResponse::from_error(error);
    if let Ok(allowed) = allowed.parse() {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// `METHOD path` of each, to be compared.
#[cfg(test)]
pub(crate) fn names(routes: Vec<Route>) -> BTreeSet<String> {
    routes.into_iter().map(|route| format!("{} {}", route.method, route.path)).collect()
}

/// `METHOD path` of each operation in an OpenAPI document.
#[cfg(test)]
pub(crate) fn documented(document: &str) -> BTreeSet<String> {
    let document: serde_json::Value = serde_json::from_str(document).expect("is JSON");
    let paths = document["paths"].as_object().expect("has paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("has methods").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}
