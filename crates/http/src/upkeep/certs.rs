//! `GET /auth/v1/certs`, also at `/.well-known/jwks.json`

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::use_cases::UpkeepUseCases;

/// A JSON Web Key Set (RFC 7517).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"keys": [{
    "kty": "EC", "use": "sig", "alg": "ES256", "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
    "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}]}))]
pub(crate) struct KeySet {
    /// The keys, those included that will sign soon or have signed lately.
    keys: Vec<Key>,
}

/// The public part of a key that signs access tokens (RFC 7517, 4).
#[derive(Serialize, ToSchema)]
pub(crate) struct Key {
    /// The key's id, which tokens have in their header: its thumbprint (RFC 7638).
    kid: String,
    /// The family of algorithms: `EC`, `OKP` or `RSA`.
    kty: String,
    /// The algorithm: `ES256`, `EdDSA` or `RS256`.
    alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    purpose: String,
    /// Of a key on a curve: the curve, such as `P-256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    /// Of a key on a curve: the first coordinate, or the key itself (RFC 7518, 6.2.1.2; RFC 8037, 2).
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    /// Of a key on a curve that needs one: the second coordinate (RFC 7518, 6.2.1.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    /// Of an RSA key: the modulus (RFC 7518, 6.3.1.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    /// Of an RSA key: the exponent (RFC 7518, 6.3.1.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

/// The keys that check access tokens.
#[utoipa::path(get, path = "/auth/v1/certs", tag = "tokens",
    responses((status = 200, body = KeySet, content_type = "application/jwk-set+json")))]
pub(crate) async fn get_key_set(use_cases: Data<UpkeepUseCases>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwk-set+json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(use_cases.readiness.key_set())
}
