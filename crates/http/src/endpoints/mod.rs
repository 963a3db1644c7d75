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
//! Clients are generated from the document, so an operation that a validator of OpenAPI 3.1 or a generator would refuse
//! stops the start: see [`DescriptionFlaw`]. What an operation leaves open is filled in: the description of an answer
//! from its body's type, the examples of an error from the names in its description, and the tag from the table's name.
//!
//! The attribute and the derive macros of `utoipa` name that crate as `utoipa::…`. A crate that has no dependency of
//! this name brings it into scope with `use auth_http::utoipa;` in each module that uses them, and then has the version
//! that this crate has. The same holds for `actix_web`, which handlers need.

mod described_errors;
mod endpoint;
mod error;
mod known;
mod ours;
mod resources;
mod route;
mod table;

pub use self::endpoint::Endpoint;
pub(crate) use self::endpoint::{described, operations};
pub use self::error::{DescriptionFlaw, EndpointsError};
pub use self::known::{KnownRoute, known_routes};
pub(crate) use self::ours::Ours;
pub(crate) use self::resources::{check, register};
pub(crate) use self::route::Route;
pub use self::table::Endpoints;
