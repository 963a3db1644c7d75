//! One log event per request, and the request's id in the answer.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use tracing::Instrument as _;

use super::head;
use super::underway::Underway;
use crate::{HttpOptions, connection};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The longest id that is taken over from a client, in characters.
const MAX_REQUEST_ID: usize = 128;

pub(crate) async fn request_log<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse, Error> {
    // Here, because this is the outermost middleware of both applications.
    let of_connection = connection::watch(&mut request);
    let options = request.app_data::<Data<HttpOptions>>().cloned();
    let is_last = || options.as_ref().is_some_and(|options| options.draining.has_begun());
    let id = request_id(&request);
    // Of this level, so that warnings name their request, and it can be traced, whatever the log's level is.
    let span = tracing::error_span!("request", request.id = %id);
    if let Some(tracer) = options.as_ref().and_then(|options| options.tracer.as_ref()) {
        let traceparent = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
        span.in_scope(|| tracer.begin(traceparent));
    }
    let observer = options.as_ref().and_then(|options| options.observer.clone());
    let underway = Underway::begin(&request, span.clone(), observer);
    head::serve_as_get(&mut request);
    let outcome = next.call(request).instrument(span).await;
    match &outcome {
        Ok(response) => {
            let (route, error) = (response.request().match_pattern(), response.response().error());
            underway.answered(route.as_deref(), response.status().as_u16(), error);
        }
        Err(error) => underway.refused(error),
    }
    match outcome {
        Ok(mut response) => {
            decorate(response.response_mut(), &id, is_last());
            Ok(connection::watch_answer(response))
        }
        Err(error) => {
            let mut response = error.error_response();
            decorate(&mut response, &id, is_last());
            if let Some(connection) = of_connection {
                connection.has_answer(0);
            }
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// The client's own id where it is fit for a header and a log line; otherwise a new one.
fn request_id(request: &ServiceRequest) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(&byte);
    let is_fit = |id: &&str| (1..=MAX_REQUEST_ID).contains(&id.len()) && id.bytes().all(is_plain);
    let own = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_fit);
    let made =
        || request.app_data::<Data<HttpOptions>>().map_or_else(String::new, |options| (options.new_request_id)());
    own.map_or_else(made, str::to_owned)
}

/// Adds the headers that every answer has. Caches may keep nothing, unless an endpoint says so. The last answer on a
/// connection says so, too.
fn decorate<B>(response: &mut HttpResponse<B>, id: &str, is_last: bool) {
    if is_last {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
