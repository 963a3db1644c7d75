//! What a URL says: the user in its path, and the fields of its query.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use auth_application::admin::OnUserRefusal;
use auth_application::events::{NoSuchDeadLetter, NoSuchSubscription};
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::admin::Period;
use auth_domain::outbox::SubscriberId;
use chrono::{DateTime, Datelike as _, FixedOffset};
use uuid::Uuid;

use crate::error::ApiError;

/// The number of entries on a page, if the request does not say.
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

/// `{subscription}` of the path. What is no name of a subscription is answered as that of nobody: `not_found`.
pub(crate) struct SubscriptionPath(pub(crate) SubscriberId);

impl FromRequest for SubscriptionPath {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(subscription(request).map(Self).ok_or_else(|| NoSuchSubscription.into()))
    }
}

/// `{subscription}` and `{event}` of the path, which name a dead letter. What names none is answered as `not_found`.
pub(crate) struct DeadLetterPath(pub(crate) SubscriberId, pub(crate) Uuid);

impl FromRequest for DeadLetterPath {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let event = request.match_info().get("event").and_then(|id| id.parse().ok());
        let both = subscription(request).zip(event);
        ready(both.map(|(subscription, event)| Self(subscription, event)).ok_or_else(|| NoSuchDeadLetter.into()))
    }
}

fn subscription(request: &HttpRequest) -> Option<SubscriberId> {
    request.match_info().get("subscription").and_then(|name| SubscriberId::parse(name).ok())
}

/// The longest name of a parameter or a field that an error repeats, in characters.
const MAX_SHOWN: usize = 64;

/// A client's own name of something, as an error repeats it.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(MAX_SHOWN).collect()
}

/// The fields of the query. An empty field counts as absent. Of a request with an admin key, fields that the operation's
/// description does not name were refused before; elsewhere they are ignored unless [`QueryFields::only`] is called.
pub struct QueryFields(BTreeMap<String, Vec<String>>);

impl FromRequest for QueryFields {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl QueryFields {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let read = Query::<Vec<(String, String)>>::from_query(request.query_string());
        let fields = read.map(|Query(read)| {
            let mut fields = BTreeMap::<String, Vec<String>>::new();
            for (name, text) in read {
                fields.entry(name).or_default().push(text);
            }
            Self(fields)
        });
        fields.map_err(|_| ApiError::invalid("the query cannot be read"))
    }

    /// Checks that the query has no other fields than these, because a misspelt filter would silently filter nothing.
    ///
    /// # Errors
    /// `invalid_argument`, which names a field that is not one of these.
    pub fn only<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Result<(), ApiError> {
        let known: Vec<_> = known.into_iter().collect();
        let Some(unknown) = self.0.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
        let shown = shown(unknown);
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(ApiError::invalid(format!("there is no query parameter {shown:?} here; those that there are: {known}")))
    }

    /// Returns a field's text as it is in the query, where it may be empty. If there are several, it is the last one.
    /// `None` if the field is absent.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.last().map(String::as_str)
    }

    /// A field's text, or `None` where it is absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|text| !text.is_empty())
    }

    /// Returns the texts of a field that may occur several times in the query, each time with several texts separated
    /// by commas.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let given = self.0.get(name).into_iter().flatten();
        given.flat_map(|text| text.split(',')).filter(|text| !text.is_empty())
    }

    /// A field's value, as its type reads it, or `None` where it is absent.
    ///
    /// # Errors
    /// `invalid_argument`, when the type cannot read the text.
    pub fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let unreadable = || ApiError::invalid(format!("{name} cannot be read"));
        self.text(name).map(|text| text.parse().map_err(|_| unreadable())).transpose()
    }

    /// Returns the instant that a field names (RFC 3339), or `None` where it is absent. It is of the years 1 to 9999.
    ///
    /// # Errors
    /// `invalid_argument`, when it is no such instant.
    pub fn instant(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let at: Option<DateTime<FixedOffset>> = self
            .text(name)
            .map(DateTime::parse_from_rfc3339)
            .transpose()
            .map_err(|_| ApiError::invalid(format!("{name} must be an instant such as 2026-01-31T12:00:00Z")))?;
        let at = at.map(|at| at.to_utc());
        match at {
            Some(at) if !(1..=9999).contains(&at.year()) => Err(ApiError::invalid(format!("{name} is too far away"))),
            _ => Ok(at),
        }
    }

    /// Returns the period between the instants of two fields.
    ///
    /// # Errors
    /// `invalid_argument`, as with [`QueryFields::instant`].
    pub(crate) fn period(&self, from: &str, until: &str) -> Result<Period, ApiError> {
        Ok(Period { from: self.instant(from)?, until: self.instant(until)? })
    }

    /// The value of `cursor`, as `read` reads it, or `None` where it is absent.
    ///
    /// # Errors
    /// `invalid_argument`, when `read` cannot read the text.
    pub fn cursor<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        self.text("cursor").map(|text| read(text).ok_or_else(|| no_cursor("cursor"))).transpose()
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

/// Returns the refusal of a field that should contain a cursor.
pub(crate) fn no_cursor(name: &str) -> ApiError {
    ApiError::invalid(format!("{name} must be the next_cursor of an earlier answer"))
}

/// Cuts a page that was read with one entry too many. Gives the last entry that stays, if there are more after it.
pub(crate) fn cut<T>(page: &mut Vec<T>, limit: u16) -> Option<&T> {
    let has_more = page.len() > usize::from(limit);
    page.truncate(limit.into());
    page.last().filter(|_| has_more)
}
