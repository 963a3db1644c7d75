//! HEAD is served wherever GET is, whoever brought the endpoint (RFC 9110, 9.1 and 9.3.2).

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

/// Lets a HEAD request be routed and answered as GET. The protocol's encoder, which has noted the method by now, sends the
/// head of the answer with the length that the body would have, and no body.
pub(super) fn serve_as_get(request: &mut ServiceRequest) {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
}
