//! `GET` and `PATCH /auth/v1/user/badge`

use auth_http::actix_web::HttpResponse;
use auth_http::actix_web::web::Data;
use auth_http::error::{ApiError, ErrorBody};
use auth_http::extract::{JsonBody, SignedIn, text};
use auth_http::utoipa;
use serde::{Deserialize, Serialize};

use crate::{Badge, NoMotto, Rank, SetMotto, ShowBadge};

/// What the handlers share.
pub(crate) struct BadgeUseCases {
    pub(crate) show: ShowBadge,
    pub(crate) set_motto: SetMotto,
}

impl From<NoMotto> for ApiError {
    fn from(refusal: NoMotto) -> Self {
        Self::invalid(refusal.to_string())
    }
}

/// What to write on the badge.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(example = json!({"motto": "Onwards"}))]
pub(crate) struct SetMottoBody {
    /// One line of 1 to 40 characters.
    #[serde(default, deserialize_with = "text::optional")]
    motto: Option<String>,
}

/// The badge of the signed-in user.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(example = json!({"rank": "veteran", "devices": 2, "motto": "Onwards"}))]
pub(crate) struct BadgeAnswer {
    /// `member` or `veteran`.
    rank: &'static str,
    /// On how many devices the user is signed in now.
    devices: usize,
    /// What the user wrote on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    motto: Option<String>,
}

impl From<Badge> for BadgeAnswer {
    fn from(Badge { rank, devices, motto }: Badge) -> Self {
        let rank = match rank {
            Rank::Member => "member",
            Rank::Veteran => "veteran",
        };
        Self { rank, devices, motto: motto.map(|motto| motto.as_str().to_owned()) }
    }
}

/// The badge of the signed-in user.
#[utoipa::path(get, path = "/auth/v1/user/badge", security(("bearer" = [])), responses(
    (status = 200, body = BadgeAnswer),
    (status = 401, description = "`unauthenticated`", body = ErrorBody),
))]
pub(crate) async fn badge(caller: SignedIn, badges: Data<BadgeUseCases>) -> Result<HttpResponse, ApiError> {
    let badge = badges.show.run(&caller.0.account).await?;
    Ok(HttpResponse::Ok().json(BadgeAnswer::from(badge)))
}

/// Write on the badge.
#[utoipa::path(patch, path = "/auth/v1/user/badge", security(("bearer" = [])), request_body = SetMottoBody, responses(
    (status = 200, body = BadgeAnswer),
    (status = 400, description = "`invalid_argument`", body = ErrorBody),
    (status = 401, description = "`unauthenticated`", body = ErrorBody),
))]
pub(crate) async fn set_motto(
    caller: SignedIn,
    body: JsonBody<SetMottoBody>,
    badges: Data<BadgeUseCases>,
) -> Result<HttpResponse, ApiError> {
    let account = caller.0.account;
    badges.set_motto.run(account.id, &body.fields.motto.unwrap_or_default()).await?;
    Ok(HttpResponse::Ok().json(BadgeAnswer::from(badges.show.run(&account).await?)))
}
