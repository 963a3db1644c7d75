//! `GET /auth/v1/checkIfUserExist`, `GET /auth/v1/checkUsername`

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use auth_application::account::QueryUsersRefusal;
use auth_domain::captcha::GatedCall;
use auth_domain::identifier::{IdentifierScheme as _, UsernameScheme};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::Context;

impl From<QueryUsersRefusal> for ApiError {
    fn from(refusal: QueryUsersRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            QueryUsersRefusal::Anonymous => Self::new(ErrorName::PermissionDenied, description),
            QueryUsersRefusal::TooOften(over) => Self::over_budget(ErrorName::ResourceExhausted, &description, over),
        }
    }
}

/// What the query says: a login name.
#[derive(Deserialize)]
pub(crate) struct NameQuery {
    username: Option<String>,
}

/// Whether somebody has the login name.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"exist": true}))]
pub(crate) struct Existence {
    /// Whether somebody has it. For an address it is always false where the operator hides that.
    exist: bool,
}

type MaybeQuery = Result<Query<NameQuery>, actix_web::Error>;

fn name(query: MaybeQuery) -> Result<String, ApiError> {
    let query = query.map_err(|_| ApiError::invalid("the query cannot be read"))?.into_inner();
    query.username.filter(|name| !name.is_empty()).ok_or_else(|| ApiError::invalid("username is required"))
}

/// Whether somebody has this login name.
#[utoipa::path(get, path = "/auth/v1/checkIfUserExist", tag = "signing in",
    params(("username" = String, Query, description = "A username, a phone number or an e-mail address")),
    responses(
        (status = 200, body = Existence),
        (status = 400, description = "`invalid_argument`; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
    ))]
pub(crate) async fn check_if_user_exist(
    context: Context,
    query: MaybeQuery,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let exist = use_cases.query_users.exists(&name(query)?, &context.admit(GatedCall::LookUp, None).await?).await?;
    Ok(HttpResponse::Ok().json(Existence { exist }))
}

/// Whether a username may be chosen: `{}` if so, otherwise an error.
#[utoipa::path(get, path = "/auth/v1/checkUsername", tag = "signing in",
    params(("username" = String, Query, description = "The name")),
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_argument`, `failed_precondition` (taken); `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
    ))]
pub(crate) async fn check_username(
    context: Context,
    query: MaybeQuery,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let name = name(query)?;
    let parsed = UsernameScheme::default().parse(&name).map_err(|error| ApiError::invalid(error.to_string()))?;
    if use_cases.query_users.exists(parsed.shown(), &context.admit(GatedCall::LookUp, None).await?).await? {
        return Err(ApiError::new(ErrorName::FailedPrecondition, "username is already registered"));
    }
    Ok(done())
}
