//! The door for endpoints: tables of handlers, each with its OpenAPI operation, from this crate or from another.
//!
//! An endpoint is a function with `#[utoipa::path(…)]`. That attribute is the only place where its method and path
//! stand; [`endpoint!`](crate::endpoint!) takes them from there, for the routes and for the document.
//!
//! ```ignore
//! use auth_http::actix_web::{HttpResponse, web::Data};
//! use auth_http::endpoints::Endpoints;
//! use auth_http::error::{ApiError, ErrorBody};
//! use auth_http::extract::SignedIn;
//! use auth_http::{endpoint, utoipa};
//!
//! /// The badge of the signed-in user.
//! #[utoipa::path(get, path = "/auth/v1/user/badge", security(("bearer" = [])), responses(
//!     (status = 200, body = Badge),
//!     (status = 401, description = "`unauthenticated`", body = ErrorBody),
//! ))]
//! async fn badge(caller: SignedIn, badges: Data<Badges>) -> Result<HttpResponse, ApiError> {
//!     Ok(HttpResponse::Ok().json(badges.of(&caller.0.account)))
//! }
//!
//! pub fn endpoints(badges: Arc<Badges>) -> Endpoints {
//!     Endpoints::new("badge").with(endpoint!(badge)).state(badges)
//! }
//! ```
//!
//! The attribute and the derive macros of `utoipa` name that crate as `utoipa::…`. A crate that has no dependency of
//! this name brings it into scope with `use auth_http::utoipa;` in each module that uses them, and then has the version
//! that this crate has. The same holds for `actix_web`, which handlers need.

mod endpoint;
mod error;
mod resources;
mod route;

use std::sync::Arc;

use actix_web::Resource;
use actix_web::web::Data;
use utoipa::ToSchema;
use utoipa::openapi::{Components, OpenApi};

pub use self::endpoint::Endpoint;
pub use self::error::EndpointsError;
pub(crate) use self::resources::{PAGES, check, register};
pub(crate) use self::route::Route;

/// What one noun or one team serves: its endpoints, and the state that they share.
///
/// Cloning is cheap; each thread of a listener serves a clone.
#[derive(Clone)]
#[must_use = "endpoints are served when an app is made of them"]
pub struct Endpoints {
    name: &'static str,
    routes: Vec<Route>,
    documents: Vec<OpenApi>,
    state: Vec<State>,
}

/// Gives one piece of state to a resource.
type State = Arc<dyn Fn(Resource) -> Resource + Send + Sync>;

impl Endpoints {
    /// An empty table. The name tells operators who brought an endpoint, and is the tag of operations that have none.
    pub fn new(name: &'static str) -> Self {
        Self { name, routes: Vec::new(), documents: Vec::new(), state: Vec::new() }
    }

    /// With this endpoint, which [`endpoint!`](crate::endpoint!) makes of a handler.
    pub fn with(mut self, endpoint: Endpoint) -> Self {
        self.routes.extend(endpoint.routes);
        self.documents.extend(endpoint.document);
        self
    }

    /// With state that the handlers of this table, and no others, take as `Data<T>`. There is one value per type: a
    /// second one replaces the first. A handler whose state is missing answers 500.
    pub fn state<T: Send + Sync + ?Sized + 'static>(mut self, state: Arc<T>) -> Self {
        self.state.push(Arc::new(move |resource| resource.app_data(Data::from(state.clone()))));
        self
    }

    /// With a schema that the text of an operation speaks of. Those that an operation refers to need no mention.
    pub fn schema<T: ToSchema>(mut self) -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        let mut components = Components::new();
        components.schemas.extend(schemas);
        let mut document = OpenApi::default();
        document.components = Some(components);
        self.documents.push(document);
        self
    }

    /// The name of the table.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The method and the path of each route that the document does not describe, with the reason.
    pub fn undocumented(&self) -> impl Iterator<Item = (String, &'static str)> {
        self.routes.iter().filter_map(|route| Some((route.name(), route.undocumented?)))
    }

    /// Parts of the document, one for each endpoint.
    pub(crate) fn documents(&self) -> &[OpenApi] {
        &self.documents
    }

    fn give_state(&self, resource: Resource) -> Resource {
        self.state.iter().fold(resource, |resource, give| give(resource))
    }
}
