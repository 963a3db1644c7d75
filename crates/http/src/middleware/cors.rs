//! Cross-origin requests.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::{Data, Query};
use actix_web::{Error, HttpResponse};

use crate::HttpOptions;
use crate::error::{ApiError, ErrorName};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS");
const EXPOSED: HeaderValue = HeaderValue::from_static("x-request-id, retry-after, ratelimit, ratelimit-policy");
/// Two hours in seconds, the longest that browsers keep a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// Where third parties send browsers with a form. They come from the third party's page, of which nothing is expected: the
/// answer sends them on, and no page can read it.
pub(crate) const POSTED_BACK: &str = "/auth/v1/provider/callback/";

pub(crate) async fn cors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let origin = request.headers().get(ORIGIN).cloned().filter(|_| !is_posted_back(&request));
    let Some(origin) = origin else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    if !is_allowed(&request, &origin) {
        let refusal = refusal(&String::from_utf8_lossy(origin.as_bytes()), client_of(&request).as_deref());
        return Ok(request.into_response(HttpResponse::from_error(refusal)).map_into_boxed_body());
    }
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        let wanted = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        let mut answer = HttpResponse::Ok().json(serde_json::json!({}));
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        answer.headers_mut().insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        if let Some(wanted) = wanted {
            answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted);
        }
        request.into_response(answer)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    allow(response.headers_mut(), origin);
    Ok(response)
}

fn is_posted_back(request: &ServiceRequest) -> bool {
    request.method() == Method::POST && request.path().starts_with(POSTED_BACK)
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

/// Whether pages of this origin may call as the client that the query names. Where it names none, any client's
/// list suffices here: a preflight names the client nowhere else, and the request itself is judged when it is read (see
/// `Context`).
fn is_allowed(request: &ServiceRequest, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let Some(options) = request.app_data::<Data<HttpOptions>>() else { return false };
    let is_listed = match client_of(request) {
        Some(client) => options.admit(&client, origin),
        None => options.admit_as_anybody(origin),
    };
    is_listed || is_own(request.headers(), origin, options)
}

/// Whether it is a page of the service itself, under its public address or the one that the request names.
fn is_own(headers: &HeaderMap, origin: &str, options: &HttpOptions) -> bool {
    if options.own_origin.as_deref() == Some(origin) {
        return true;
    }
    let own = headers.get(HOST).and_then(|host| host.to_str().ok());
    own.is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority == host))
}

/// The origin of the page that calls, unless it is a page of the service itself.
pub(crate) fn foreign_page(headers: &HeaderMap, options: &HttpOptions) -> Option<String> {
    let origin = headers.get(ORIGIN)?.to_str().ok()?;
    (!is_own(headers, origin, options)).then(|| origin.to_owned())
}

/// The `client_id` of the query, which a preflight has too.
fn client_of(request: &ServiceRequest) -> Option<String> {
    let query = Query::<Vec<(String, String)>>::from_query(request.query_string()).ok()?;
    query.into_inner().into_iter().find(|(name, id)| name == "client_id" && !id.is_empty()).map(|(_, id)| id)
}

pub(crate) fn refusal(origin: &str, client: Option<&str>) -> ApiError {
    let shown = |text: &str| text.chars().filter(|c| !c.is_control()).take(100).collect::<String>();
    let origin = shown(origin);
    let description = match client {
        Some(client) => {
            format!("the origin {origin} is not on the list of domains of the client {}", shown(client))
        }
        None => format!("the origin {origin} is not on the list of the client's domains"),
    };
    ApiError::new(ErrorName::PermissionDenied, description)
}
