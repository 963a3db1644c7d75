//! Cross-origin requests (contract 1.3).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::error::{ApiError, ErrorName};
use crate::{AllowedOrigins, HttpOptions};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PATCH, DELETE, OPTIONS");
const EXPOSED: HeaderValue = HeaderValue::from_static("x-request-id, retry-after");
/// Two hours, the longest that browsers keep.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

pub(crate) async fn cors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    if !is_allowed(&request, &origin) {
        return Ok(request.into_response(HttpResponse::from_error(refusal(&origin))).map_into_boxed_body());
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

fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

fn is_allowed(request: &ServiceRequest, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let own = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let is_own = own.is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority == host));
    match request.app_data::<Data<HttpOptions>>().map(|options| &options.allowed_origins) {
        Some(AllowedOrigins::Any) => true,
        Some(AllowedOrigins::Only(allowed)) => is_own || allowed.iter().any(|one| one == origin),
        None => is_own,
    }
}

fn refusal(origin: &HeaderValue) -> ApiError {
    let shown: String =
        String::from_utf8_lossy(origin.as_bytes()).chars().filter(|c| !c.is_control()).take(100).collect();
    ApiError::new(ErrorName::PermissionDenied, format!("the origin {shown} is not on the list of the client's domains"))
}
