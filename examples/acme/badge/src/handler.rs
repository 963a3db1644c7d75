//! `GET /auth/v1/user/badge`

use auth_http::actix_web::HttpResponse;
use auth_http::actix_web::web::Data;
use auth_http::error::{ApiError, ErrorBody};
use auth_http::extract::SignedIn;
use auth_http::utoipa;
use serde::Serialize;

use crate::{Badge, Rank, ShowBadge};

/// What the handlers share.
pub(crate) struct Badges {
    pub(crate) show: ShowBadge,
}

/// The badge of the signed-in user.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(example = json!({"rank": "veteran", "devices": 2}))]
pub(crate) struct BadgeAnswer {
    /// `member` or `veteran`.
    rank: &'static str,
    /// On how many devices the user is signed in now.
    devices: usize,
}

impl From<Badge> for BadgeAnswer {
    fn from(Badge { rank, devices }: Badge) -> Self {
        let rank = match rank {
            Rank::Member => "member",
            Rank::Veteran => "veteran",
        };
        Self { rank, devices }
    }
}

/// The badge of the signed-in user.
#[utoipa::path(get, path = "/auth/v1/user/badge", security(("bearer" = [])), responses(
    (status = 200, body = BadgeAnswer),
    (status = 401, description = "`unauthenticated`", body = ErrorBody),
))]
pub(crate) async fn badge(caller: SignedIn, badges: Data<Badges>) -> Result<HttpResponse, ApiError> {
    let badge = badges.show.run(&caller.0.account).await?;
    Ok(HttpResponse::Ok().json(BadgeAnswer::from(badge)))
}
