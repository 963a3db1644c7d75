//! The user who makes a request.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use auth_application::kit::Caller;
use auth_application::session::Authenticate;

use super::Context;
use crate::error::{ApiError, ErrorName};

/// A signed-in user, who may be an anonymous one.
///
/// Requests whose access token is missing, wrong, expired or revoked are refused as `unauthenticated`, and those of a
/// page that the token's client does not list as `permission_denied`. For the public listener.
pub struct SignedIn(pub Caller);

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let context = Context::from_request(request, payload);
        let authenticate = request.app_data::<Data<Authenticate>>().cloned();
        Box::pin(async move {
            let authenticate = authenticate.ok_or_else(|| ApiError::new(ErrorName::Internal, "the service failed"))?;
            let context = context.await?;
            let caller = authenticate.caller(context.claims()).await?;
            context.check_page(&caller.claims.client)?;
            Ok(Self(caller))
        })
    }
}
