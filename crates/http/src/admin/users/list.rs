//! `GET /admin/v1/users`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::FindUsersRefusal;
use auth_domain::admin::{UserFilter, UserPage};
use serde::Serialize;
use utoipa::ToSchema;

use super::create::read_status;
use crate::HttpOptions;
use crate::admin::AdminUseCases;
use crate::admin::answers::UserAnswer;
use crate::admin::caller::MayRead;
use crate::admin::cursor;
use crate::admin::url::{QueryFields, cut};
use crate::error::{ApiError, ErrorBody};

impl From<FindUsersRefusal> for ApiError {
    fn from(refusal: FindUsersRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            FindUsersRefusal::Kind | FindUsersRefusal::Identifier(_) => Self::invalid(description),
        }
    }
}

/// The user with a login name, or a page of all users, oldest first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "users": [{
        "id": "3764823471234567890", "status": "ACTIVE", "username": "ann", "email": "ann@example.com",
        "identifiers": [{"kind": "email", "value": "ann@example.com"}, {"kind": "username", "value": "ann"}],
        "identities": [], "has_password": true, "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z", "password_updated_at": "2026-01-01T00:00:00.000Z",
    }],
    "next_cursor": "ND9XAAz9TtI",
}))]
pub(crate) struct UsersAnswer {
    /// The users.
    users: Vec<UserAnswer>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The login name in the query, if there is one: kind and text.
fn login<'a>(fields: &'a QueryFields, options: &HttpOptions) -> Result<Option<(&'static str, &'a str)>, ApiError> {
    let kinds = options.schemes.kinds().map(|kind| kind.name());
    let mut named = kinds.filter_map(|kind| Some((kind, fields.text(kind)?)));
    let first = named.next();
    match named.next() {
        Some(_) => Err(ApiError::invalid("users can be found by one login name at a time")),
        None => Ok(first),
    }
}

/// Those parameters that select users of a list.
const FILTERS: [&str; 4] = ["starts_with", "status", "created_from", "created_until"];

fn filter(fields: &QueryFields) -> Result<UserFilter, ApiError> {
    let status = fields.text("status").map(read_status).transpose()?;
    Ok(UserFilter { status, created: fields.period("created_from", "created_until")? })
}

/// Find the user with a login name, or list users: all of them, or those that the filters select. Other query parameters
/// than these are refused.
#[utoipa::path(get, path = "/admin/v1/users", tag = "users", security(("admin_key" = ["users:read"])),
    params(
        ("username" = Option<String>, Query, description = "Find by username"),
        ("email" = Option<String>, Query, description = "Find by e-mail address"),
        ("phone_number" = Option<String>, Query, description = "Find by phone number, such as `+86 13000000000` (escaped)"),
        ("starts_with" = Option<String>, Query,
            description = "Only users one of whose login names begins with this, whatever its kind; phone numbers also without the country code of home. They are in the order of these names, and a page may have fewer than `limit` of them, or none, although there is a `next_cursor`"),
        ("status" = Option<String>, Query, description = "Only users of this status: `ACTIVE` or `BLOCKED`"),
        ("created_from" = Option<String>, Query, description = "Only users who were created at this instant or later (RFC 3339)"),
        ("created_until" = Option<String>, Query, description = "Only users who were created before this instant (RFC 3339)"),
        ("limit" = Option<u16>, Query, description = "1 to 500; 50 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, body = UsersAnswer),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:read`", body = ErrorBody),
    ))]
pub(crate) async fn list_users(
    caller: MayRead<QueryFields>,
    options: Data<HttpOptions>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let fields = caller.request;
    let is_filtered = FILTERS.iter().any(|name| fields.text(name).is_some());
    if let Some((kind, raw)) = login(&fields, &options)? {
        if is_filtered {
            return Err(ApiError::invalid(
                "a login name finds one user, and the filters select some of a list: only one of them",
            ));
        }
        let found = use_cases.find_users.by_identifier(kind, raw, &caller.operator).await?;
        let users = found.into_iter().map(Into::into).collect();
        return Ok(HttpResponse::Ok().json(UsersAnswer { users, next_cursor: None }));
    }
    let limit = fields.limit()?;
    if let Some(begins) = fields.text("starts_with") {
        let after = fields.cursor(cursor::to_name)?;
        let (filter, page) = (filter(&fields)?, (after, limit));
        let found = use_cases.find_users.search_by_name(begins, filter, page, &caller.operator).await?;
        let next_cursor = found.next.as_ref().map(cursor::of_name);
        let users = found.accounts.into_iter().map(Into::into).collect();
        return Ok(HttpResponse::Ok().json(UsersAnswer { users, next_cursor }));
    }
    let page = UserPage { after: fields.cursor(cursor::to_user)?, limit: limit + 1 };
    let mut users = if is_filtered {
        use_cases.find_users.search(filter(&fields)?, page, &caller.operator).await?
    } else {
        use_cases.find_users.page(page, &caller.operator).await?
    };
    let next_cursor = cut(&mut users, limit).map(|last| cursor::of_user(last.id));
    Ok(HttpResponse::Ok().json(UsersAnswer { users: users.into_iter().map(Into::into).collect(), next_cursor }))
}
