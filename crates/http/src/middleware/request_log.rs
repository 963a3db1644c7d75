//! One log event per request, and the request's id in the answer.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use auth_domain::error_chain::ErrorChain;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::head;
use crate::error::ApiError;
use crate::{Answered, HttpOptions, connection};

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
    let started = Instant::now();
    let method = request.method().clone();
    head::serve_as_get(&mut request);
    // Of this level, so that warnings name their request, and it can be traced, whatever the log's level is.
    let span = tracing::error_span!("request", request.id = %id);
    if let Some(tracer) = options.as_ref().and_then(|options| options.tracer.as_ref()) {
        let traceparent = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
        span.in_scope(|| tracer.begin(traceparent));
    }
    let outcome = next.call(request).instrument(span.clone()).await;
    let took = started.elapsed();
    span.in_scope(|| {
        let (route, status, error) = match &outcome {
            Ok(response) => (response.request().match_pattern(), response.status(), response.response().error()),
            Err(error) => (Some("refused".to_owned()), error.as_response_error().status_code(), Some(error)),
        };
        let error = error.and_then(|error| error.as_error::<ApiError>());
        let (method, route) = (shown(&method), route.as_deref().unwrap_or("unmatched"));
        let answered = Answered { method, route, outcome: error.map_or("ok", ApiError::wire_name), took };
        if let Some(observe) = options.as_ref().and_then(|options| options.observer.as_ref()) {
            observe(&answered);
        }
        log(&answered, status.as_u16(), error);
    });
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

/// The method, unless a client made it up: that has no place in a log.
fn shown(method: &Method) -> &str {
    let known = [Method::GET, Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::HEAD, Method::PUT];
    if known.contains(method) { method.as_str() } else { "another" }
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

fn log(answered: &Answered<'_>, status: u16, error: Option<&ApiError>) {
    let Answered { method, route, outcome, took } = *answered;
    let millis = took.as_micros() as f64 / 1000.0;
    let causes = error.and_then(ApiError::cause).map(|cause| ErrorChain(cause).to_string());
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                http.method = method,
                http.route = route,
                http.status = status,
                outcome,
                millis,
                causes,
                "request"
            )
        };
    }
    // Overload and features that are not offered are not faults of the service, and neither is a failing third party.
    match (status, &causes) {
        (500.., _) if status != 501 && status != 503 => event!(error),
        (_, Some(_)) => event!(warn),
        (_, None) => event!(info),
    }
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
