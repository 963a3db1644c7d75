//! Who makes a request. That is decided before the rest of it is read, so that a stranger learns nothing about bodies,
//! ids or queries.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest};
use auth_application::admin::{AuthorizeOperator, Operator};
use auth_domain::admin::AdminScope;

use super::known_parameters;
use crate::HttpOptions;
use crate::error::{ApiError, ErrorName};
use crate::extract::network_of;

/// A scope, as a type.
pub trait Needed: 'static {
    /// The scope.
    const SCOPE: AdminScope;
}

/// `users:read`, as a type.
pub struct Read;

impl Needed for Read {
    const SCOPE: AdminScope = AdminScope::Read;
}

/// `users:write`, as a type.
pub struct Write;

impl Needed for Write {
    const SCOPE: AdminScope = AdminScope::Write;
}

/// `events:write`, as a type.
pub struct HandleEvents;

impl Needed for HandleEvents {
    const SCOPE: AdminScope = AdminScope::Events;
}

/// `metrics:read`, as a type.
pub struct ReadMetrics;

impl Needed for ReadMetrics {
    const SCOPE: AdminScope = AdminScope::Metrics;
}

/// An operator whose key has the scope `S`, and what else the request says, which the extractor `T` reads. For the
/// admin listener.
///
/// Requests without a live key are refused as `unauthenticated`, those whose key lacks the scope as `permission_denied`,
/// and those with a query parameter that the operation does not describe as `invalid_argument`.
pub struct AdminCaller<S, T> {
    /// Who it is, for the audit record.
    pub operator: Operator,
    /// The rest of the request.
    pub request: T,
    scope: PhantomData<S>,
}

/// The caller of an endpoint that changes nothing: needs `users:read`.
pub type MayRead<T> = AdminCaller<Read, T>;
/// The caller of an endpoint that changes something: needs `users:write`.
pub type MayWrite<T> = AdminCaller<Write, T>;
/// The caller of an endpoint that changes what becomes of events: needs `events:write`.
pub type MayHandleEvents<T> = AdminCaller<HandleEvents, T>;
/// The caller of the endpoint of metrics, unless it is open: needs `metrics:read`.
pub type MayReadMetrics<T> = AdminCaller<ReadMetrics, T>;

impl<S: Needed, T: FromRequest + 'static> FromRequest for AdminCaller<S, T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let authorize = request.app_data::<Data<AuthorizeOperator>>();
            let authorize = authorize.ok_or_else(|| ApiError::new(ErrorName::Internal, "the service failed"))?;
            let operator = authorize.run(bearer(&request), S::SCOPE).await.map_err(ApiError::from)?;
            let options = request.app_data::<Data<HttpOptions>>();
            let trusted = options.map_or(&[][..], |options| &options.trusted_proxies[..]);
            let header = options.map(|options| options.forwarded_header).unwrap_or_default();
            let operator = operator.from_network(network_of(&request, trusted, header));
            let route = request.match_pattern();
            tracing::info!(operator = operator.name(), http.method = %request.method(), http.route = route, "admin.called");
            known_parameters::check(&request, route.as_deref())?;
            let rest = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self { operator, request: rest, scope: PhantomData })
        })
    }
}

/// The key of an `Authorization: Bearer` header (RFC 6750, 2.1); scheme names are compared without
/// regard to case (RFC 9110, 11.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, key) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
