//! A method of a path, and the handler behind it.

use std::cmp::Ordering;
use std::sync::Arc;

use actix_web::dev::{ServiceRequest, ServiceResponse, fn_service};
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, Handler, HttpResponse, Resource, Responder, web};
use futures_util::future::LocalBoxFuture;
use tokio::time::Instant;

use crate::error::ErrorName;
use crate::middleware::Reached;
use crate::{HttpOptions, Tracer};

/// One method of a path.
#[derive(Clone)]
pub(crate) struct Route {
    pub(super) method: Method,
    pub(super) path: String,
    /// Why the document does not describe it, if it does not.
    pub(super) undocumented: Option<&'static str>,
    /// The errors that its description names.
    pub(super) errors: Vec<ErrorName>,
    serve: Serve,
}

/// A handler with its extractors, whatever they are: what is around it is compiled once and not for each of them.
type Serve = Arc<dyn Fn(ServiceRequest) -> Served + Send + Sync>;
type Served = LocalBoxFuture<'static, Result<ServiceResponse, Error>>;

impl Route {
    pub(super) fn new<A, H>(method: Method, path: String, handler: H) -> Self
    where
        A: FromRequest + 'static,
        H: Handler<A, Output: Responder + 'static> + Send + Sync,
    {
        let serve = move |request: ServiceRequest| -> Served {
            let handler = handler.clone();
            Box::pin(async move {
                let (request, mut payload) = request.into_parts();
                let response = match A::from_request(&request, &mut payload).await {
                    Ok(extracted) => handler.call(extracted).await.respond_to(&request).map_into_boxed_body(),
                    Err(error) => HttpResponse::from_error(error),
                };
                Ok(ServiceResponse::new(request, response))
            })
        };
        Self { method, path, undocumented: None, errors: Vec::new(), serve: Arc::new(serve) }
    }

    pub(super) fn with_errors(self, errors: Vec<ErrorName>) -> Self {
        Self { errors, ..self }
    }

    /// The same at a path that no description names.
    pub(super) fn at(&self, path: &str, reason: &'static str) -> Self {
        Self { path: path.to_owned(), undocumented: Some(reason), errors: Vec::new(), ..self.clone() }
    }

    pub(super) fn attach_to(&self, resource: Resource) -> Resource {
        let serve = Arc::clone(&self.serve);
        let pattern: Arc<str> = Arc::from(self.path.as_str());
        let traced = move |request: ServiceRequest| {
            Reached::note(&request, &pattern);
            let options = request.app_data::<Data<HttpOptions>>();
            let tracer = options.and_then(|options| options.tracer.clone());
            let served = serve(request);
            async move {
                let _handling = tracer.map(Handling::begin);
                served.await
            }
        };
        resource.route(web::method(self.method.clone()).service(fn_service(traced)))
    }

    /// Whether the path is fixed text and whole parameters, in the one way that both the router and OpenAPI read.
    pub(super) fn is_well_formed(&self) -> bool {
        let is_word = |text: &str| !text.is_empty() && !text.contains(['{', '}', ':', '?', '#']);
        let is_fine = |segment: &str| is_word(parameter(segment).unwrap_or(segment));
        self.path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_fine))
    }

    /// `METHOD path`
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A handler at work. Its end is told by dropping this, because its work is dropped if the client goes.
struct Handling {
    tracer: Arc<dyn Tracer>,
    began: Instant,
}

impl Handling {
    fn begin(tracer: Arc<dyn Tracer>) -> Self {
        tracer.handling();
        Self { tracer, began: Instant::now() }
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.tracer.handled(self.began.elapsed());
    }
}

fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The path without the names of parameters.
pub(super) fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| if parameter(segment).is_some() { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// The router takes the first path that fits, so fixed text comes before a parameter in the same place. Paths without any
/// parameter come first of all: to compare one takes a fraction of what the pattern of another takes.
pub(super) fn order(one: &str, other: &str) -> Ordering {
    let parts =
        |path: &str| path.split('/').map(|part| (parameter(part).is_some(), part.to_owned())).collect::<Vec<_>>();
    let has_parameter = |path: &str| path.split('/').any(|part| parameter(part).is_some());
    has_parameter(one).cmp(&has_parameter(other)).then_with(|| parts(one).cmp(&parts(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_text_comes_before_parameters() {
        let mut paths =
            ["/users/{id}", "/users/{id}/export", "/users", "/users/import", "/{anything}", "/users/{name}/x"];
        paths.sort_by(|one, other| order(one, other));
        let sorted = ["/users", "/users/import", "/users/{id}", "/users/{id}/export", "/users/{name}/x", "/{anything}"];
        assert_eq!(paths, sorted);
        let mut paths = ["/a/{id}", "/b", "/{any}/c", "/a/{id}/b", "/a/b"];
        paths.sort_by(|one, other| order(one, other));
        assert_eq!(paths, ["/a/b", "/b", "/a/{id}", "/a/{id}/b", "/{any}/c"], "the cheap ones first");
    }

    #[test]
    fn well_formed_paths() {
        let is_well_formed = |path: &str| Route::new(Method::GET, path.to_owned(), async || "").is_well_formed();
        for path in ["/healthz", "/.well-known/jwks.json", "/users/{id}", "/users/{id}/export"] {
            assert!(is_well_formed(path), "{path}");
        }
        for path in
            ["", "/", "users", "/users/", "//", "/{}", "/{id", "/id}", "/a{id}", "/{id}.json", "/{id:.*}", "/a?b"]
        {
            assert!(!is_well_formed(path), "{path}");
        }
    }
}
