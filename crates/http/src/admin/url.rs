//! What a URL says: the user in its path, and the fields of its query.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use auth_application::admin::OnUserRefusal;
use auth_domain::accounts::UserId;

use crate::error::ApiError;

/// The number of entries on a page, where the request does not say.
const DEFAULT_LIMIT: u16 = 50;
/// The most entries that a page may have.
pub(crate) const MAX_LIMIT: u16 = 500;

/// `{id}` of the path, the id of a user. Anything else is answered as the id of nobody: `not_found`.
pub struct UserPath(pub UserId);

impl FromRequest for UserPath {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| id.parse().ok());
        ready(id.map(Self).ok_or_else(|| OnUserRefusal::NoSuchUser.into()))
    }
}

/// The fields of the query. An empty field counts as absent; unknown ones are ignored.
pub struct QueryFields(BTreeMap<String, String>);

impl FromRequest for QueryFields {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = Query::<BTreeMap<String, String>>::from_query(request.query_string());
        ready(fields.map(|Query(fields)| Self(fields)).map_err(|_| ApiError::invalid("the query cannot be read")))
    }
}

impl QueryFields {
    /// A field's text, or `None` where it is absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A field's value, as its type reads it, or `None` where it is absent.
    ///
    /// # Errors
    /// `invalid_argument`, when the type cannot read the text.
    pub fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let unreadable = || ApiError::invalid(format!("{name} cannot be read"));
        self.text(name).map(|text| text.parse().map_err(|_| unreadable())).transpose()
    }

    /// The value of `cursor`, as `read` reads it, or `None` where it is absent.
    ///
    /// # Errors
    /// `invalid_argument`, when `read` cannot read the text.
    pub fn cursor<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        let unreadable = || ApiError::invalid("cursor must be the next_cursor of an earlier answer");
        self.text("cursor").map(|text| read(text).ok_or_else(unreadable)).transpose()
    }

    /// The value of `limit`, the number of entries on a page: 1 to 500, and 50 where it is absent.
    ///
    /// # Errors
    /// `invalid_argument`, when it is anything else.
    pub fn limit(&self) -> Result<u16, ApiError> {
        let limit = self.value("limit")?.unwrap_or(DEFAULT_LIMIT);
        let fits = (1..=MAX_LIMIT).contains(&limit);
        if fits { Ok(limit) } else { Err(ApiError::invalid(format!("limit must be 1 to {MAX_LIMIT}"))) }
    }
}

/// Cuts a page that was read with one entry too many. Gives the last entry that stays, if there are more after it.
pub(crate) fn cut<T>(page: &mut Vec<T>, limit: u16) -> Option<&T> {
    let has_more = page.len() > usize::from(limit);
    page.truncate(limit.into());
    page.last().filter(|_| has_more)
}
