//! `POST /auth/v2/signin/publichkey` (spelled like this by the protocol)

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::sign_in::DecryptRequestRefusal;
use serde::Serialize;
use utoipa::ToSchema;

use super::use_cases::SignInUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};

impl From<DecryptRequestRefusal> for ApiError {
    fn from(refusal: DecryptRequestRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            DecryptRequestRefusal::Off => Self::new(ErrorName::NotFound, description),
            DecryptRequestRefusal::TooOften(over) => {
                Self::over_budget(ErrorName::ResourceExhausted, &description, over)
            }
            DecryptRequestRefusal::UnknownKey | DecryptRequestRefusal::Unreadable => Self::invalid(description),
        }
    }
}

/// A key to encrypt to.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "public_key": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n",
    "public_key_thumbprint": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
}))]
pub(crate) struct PublicKeyAnswer {
    /// An RSA key in PEM format.
    public_key: String,
    /// The thumbprint to send with what is encrypted to the key.
    public_key_thumbprint: String,
}

/// The key that sign-ins may be encrypted to.
#[utoipa::path(post, path = "/auth/v2/signin/publichkey", tag = "signing in",
    responses(
        (status = 200, body = PublicKeyAnswer),
        (status = 404, description = "`not_found`: encrypted requests are switched off", body = ErrorBody),
    ))]
pub(crate) async fn get_public_key(use_cases: Data<SignInUseCases>) -> Result<HttpResponse, ApiError> {
    let key = use_cases.decrypt_request.key().await?;
    Ok(HttpResponse::Ok().json(PublicKeyAnswer { public_key: key.pem, public_key_thumbprint: key.thumbprint }))
}
