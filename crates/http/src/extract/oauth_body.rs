//! Bodies of OAuth's endpoints: forms, as their standards have it, or JSON as everywhere here.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Query};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::JsonBody;
use super::body::{of_object, parse, read};
use crate::HttpOptions;
use crate::error::{ApiError, ErrorName};

/// A form, where the content type says so and the body does not look like an object; otherwise JSON.
///
/// It refuses what [`JsonBody`] refuses, and a parameter that comes twice.
pub struct OAuthBody<T>(pub JsonBody<T>);

impl<T: DeserializeOwned + 'static> FromRequest for OAuthBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let options = request.app_data::<web::Data<HttpOptions>>().cloned();
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        // Its case means nothing (RFC 9110, 8.3.1), and parameters may follow it.
        let media_type = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
        let says_form = media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let options = options.ok_or_else(|| ApiError::new(ErrorName::Internal, "the service failed"))?;
            let payload = payload.await.map_err(|_| ApiError::invalid("the body cannot be read"))?;
            let bytes = read(payload, &options).await?;
            let is_form = says_form && !bytes.trim_ascii_start().starts_with(b"{");
            if is_form { of_object(form(&bytes)?).map(Self) } else { parse(&bytes).map(Self) }
        })
    }
}

/// Reads a form, in which no parameter may come twice (RFC 6749, 3.2).
pub(crate) fn form(bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let broken = || ApiError::invalid("the body must be a form or a JSON object");
    let text = std::str::from_utf8(bytes).map_err(|_| broken())?;
    let pairs = Query::<Vec<(String, String)>>::from_query(text.trim_end()).map_err(|_| broken())?.into_inner();
    let mut fields = Map::new();
    for (name, value) in pairs {
        if fields.insert(name, Value::String(value)).is_some() {
            return Err(ApiError::invalid("the body has a parameter twice"));
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms() {
        let fields = form(b"token=a%2Bb&token_type_hint=&x=1+2\n").expect("a form");
        assert_eq!(Value::Object(fields), serde_json::json!({ "token": "a+b", "token_type_hint": "", "x": "1 2" }));
        assert!(form(b"").expect("an empty form").is_empty());
        assert!(form(b"token=a&token=b").is_err());
        assert!(form(b"\xff=1").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = form(&bytes);
        }
    }
}
