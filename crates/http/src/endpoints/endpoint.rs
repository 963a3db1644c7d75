//! One endpoint: a handler with what its documentation says.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};

use super::Route;
use super::described_errors::errors_of;

/// Makes an endpoint's part of the OpenAPI document. A part takes tens of KiB, so it is made again whenever it is looked at,
/// and not kept.
pub(super) type Describe = Arc<dyn Fn() -> OpenApi + Send + Sync>;

/// A handler, where it is served, and its part of the OpenAPI document. Made by [`endpoint!`](crate::endpoint!).
#[derive(Clone)]
#[must_use = "an endpoint is served when it is added to a table"]
pub struct Endpoint {
    pub(super) routes: Vec<Route>,
    /// `None` of an endpoint that the document does not describe.
    pub(super) describe: Option<Describe>,
}

impl Endpoint {
    /// The handler, at each method and path of the document that `describe` makes, which describes it and nothing else.
    /// `describe` is called several times, and must make the same document each time.
    pub fn new<A, H>(describe: impl Fn() -> OpenApi + Send + Sync + 'static, handler: H) -> Self
    where
        A: FromRequest + 'static,
        H: Handler<A, Output: Responder + 'static> + Send + Sync,
    {
        let mut routes = Vec::new();
        for (path, item) in &describe().paths.paths {
            for (method, operation) in described(item) {
                let route = Route::new(method, path.clone(), handler.clone());
                routes.push(route.with_errors(errors_of(operation)));
            }
        }
        Self { routes, describe: Some(Arc::new(describe)) }
    }

    /// A handler that the document does not describe, and the reason why.
    pub(crate) fn undocumented<A, H>(method: Method, path: &str, reason: &'static str, handler: H) -> Self
    where
        A: FromRequest + 'static,
        H: Handler<A, Output: Responder + 'static> + Send + Sync,
    {
        Self { routes: vec![Route::new(method, path.to_owned(), handler).at(path, reason)], describe: None }
    }

    /// Serves the same at another path too. The document describes the first one only; the reason is for readers.
    pub fn also_at(mut self, path: &str, reason: &'static str) -> Self {
        let aliases: Vec<_> = self.routes.iter().filter(|route| route.undocumented.is_none()).cloned().collect();
        self.routes.extend(aliases.into_iter().map(|route| route.at(path, reason)));
        self
    }
}

/// The operations that an item of the document describes, with their methods.
pub(crate) fn described(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let operations = [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
        (Method::HEAD, &item.head),
        (Method::OPTIONS, &item.options),
        (Method::TRACE, &item.trace),
    ];
    operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

/// The same, to be changed.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, post, put, patch, delete, head, options, trace, .. } = item;
    [get, post, put, patch, delete, head, options, trace].into_iter().flatten()
}

/// Makes an [`Endpoint`](crate::endpoints::Endpoint) of a handler with `#[utoipa::path(…)]`, named by itself or by a
/// path such as `me::delete_me`.
///
/// Method and path, the operation, and the schemas that it refers to are taken from the attribute.
#[macro_export]
macro_rules! endpoint {
    ($($handler:ident)::+) => {{
        use $crate::utoipa;

        #[derive($crate::utoipa::OpenApi)]
        #[openapi(paths($($handler)::+))]
        struct Described;

        $crate::endpoints::Endpoint::new(<Described as $crate::utoipa::OpenApi>::openapi, $($handler)::+)
    }};
}
