//! `sudo_token` in the query, where the hosted service's documents put it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use secrecy::SecretString;
use serde::Deserialize;

use super::text;
use crate::error::ApiError;

/// The token, or `None` where the query has none.
pub struct SudoQuery(pub Option<SecretString>);

#[derive(Deserialize)]
struct SudoFields {
    #[serde(default, deserialize_with = "text::secret")]
    sudo_token: Option<SecretString>,
}

impl FromRequest for SudoQuery {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = Query::<SudoFields>::from_query(request.query_string());
        let fields = fields.map_err(|_| ApiError::invalid("the query cannot be read"));
        ready(fields.map(|fields| Self(fields.into_inner().sudo_token)))
    }
}
