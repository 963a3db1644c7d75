//! What a URL says: the user in the path, the fields of the query.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use auth_application::admin::OnUserRefusal;
use auth_domain::accounts::UserId;

use crate::error::ApiError;

/// Entries of a page, where the request does not say.
const DEFAULT_LIMIT: u16 = 50;
/// Entries of a page at most.
pub(crate) const MAX_LIMIT: u16 = 500;

/// `{id}` of the path. What is no user's id is nobody's.
pub(crate) struct UserPath(pub(crate) UserId);

impl FromRequest for UserPath {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| id.parse().ok());
        ready(id.map(Self).ok_or_else(|| OnUserRefusal::NoSuchUser.into()))
    }
}

/// The fields of the query; empty ones are absent, unknown ones are ignored.
pub(crate) struct Fields(BTreeMap<String, String>);

impl FromRequest for Fields {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = Query::<BTreeMap<String, String>>::from_query(request.query_string());
        ready(fields.map(|Query(fields)| Self(fields)).map_err(|_| ApiError::invalid("the query cannot be read")))
    }
}

impl Fields {
    /// A field's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A field's value, as its type reads it.
    pub(crate) fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let unreadable = || ApiError::invalid(format!("{name} cannot be read"));
        self.text(name).map(|text| text.parse().map_err(|_| unreadable())).transpose()
    }

    /// `cursor`, as `read` reads it.
    pub(crate) fn cursor<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        let unreadable = || ApiError::invalid("cursor must be the next_cursor of an earlier answer");
        self.text("cursor").map(|text| read(text).ok_or_else(unreadable)).transpose()
    }

    /// `limit`
    pub(crate) fn limit(&self) -> Result<u16, ApiError> {
        let limit = self.value("limit")?.unwrap_or(DEFAULT_LIMIT);
        let fits = (1..=MAX_LIMIT).contains(&limit);
        if fits { Ok(limit) } else { Err(ApiError::invalid(format!("limit must be 1 to {MAX_LIMIT}"))) }
    }
}

/// Cuts a page that was read with one entry too many, and gives the last entry that stays when there
/// are more.
pub(crate) fn cut<T>(page: &mut Vec<T>, limit: u16) -> Option<&T> {
    let has_more = page.len() > usize::from(limit);
    page.truncate(limit.into());
    page.last().filter(|_| has_more)
}
