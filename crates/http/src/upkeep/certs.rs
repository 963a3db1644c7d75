//! `GET /auth/v1/certs`, also at `/.well-known/jwks.json`

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Data;

use super::use_cases::UpkeepUseCases;

/// The keys that check access tokens: a JSON Web Key Set (RFC 7517).
#[utoipa::path(get, path = "/auth/v1/certs", tag = "tokens",
    responses((status = 200, description = "`{\"keys\": […]}`", content_type = "application/jwk-set+json",
        example = json!({"keys": [{
            "kty": "EC", "use": "sig", "alg": "ES256", "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
            "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        }]}))))]
pub(crate) async fn certs(use_cases: Data<UpkeepUseCases>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwk-set+json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(use_cases.readiness.key_set())
}
